from shop.jobs.plain import JOB
