from shop.jobs.orders import JOB
