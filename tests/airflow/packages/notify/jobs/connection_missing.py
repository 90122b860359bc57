def entrypoint(argv):
    return 0


JOB = (entrypoint, "Notifies a connection that does not exist")
JOB_CONFIG = {"notify": {"on_success": ["slack:nobody-knows", "email:team@example.com"]}}
