def entrypoint(argv):
    return 0


JOB = (entrypoint, "Tells somebody whom nobody knows")
JOB_CONFIG = {"notify": {"on_success": ["slack:nobody-knows", "email:team@example.com"]}}
