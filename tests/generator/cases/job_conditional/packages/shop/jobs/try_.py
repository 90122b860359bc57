try:
    from shop.jobs.other import JOB
except ImportError:
    JOB = (print, "text")
