def entrypoint(argv):
    raise LookupError("no such customer: <!channel> & {{ ds }}\nwith more than one line")


JOB = (entrypoint, "Raises what needs care on its way into a message")
JOB_CONFIG = {"notify": {"on_failure": ["slack:data-alerts", "email:team@example.com"]}}
