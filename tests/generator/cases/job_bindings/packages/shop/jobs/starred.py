*JOB, OTHER = print, "text", 1
