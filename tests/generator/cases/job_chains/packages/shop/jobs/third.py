JOB = (print, "A job")
JOB_CONFIG = {"after": {"any": ["shop.first", "shop.broken"]}}
