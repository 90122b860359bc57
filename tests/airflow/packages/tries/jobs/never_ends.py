import time


def entrypoint(argv):
    time.sleep(600)


JOB = (entrypoint, "Takes too long")
JOB_CONFIG = {"timeout": "2s"}
