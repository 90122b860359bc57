def entrypoint(argv):
    raise LookupError("no such customer: <!channel> & {{ ds }}\nwith more than one line")


JOB = (entrypoint, "Raises an exception whose text needs escaping")
JOB_CONFIG = {"notify": {"on_failure": ["slack:data-alerts", "email:team@example.com"]}}
