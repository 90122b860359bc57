# März
JOB = (print, "ä �")
