JOB = (print, "A job")
from shop.jobs.annotated import JOB_CONFIG
