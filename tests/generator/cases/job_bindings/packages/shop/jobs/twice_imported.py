from shop.jobs.plain import JOB
JOB = (print, "text")
