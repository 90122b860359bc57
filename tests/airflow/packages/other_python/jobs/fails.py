import logging

import only_there


def entrypoint(argv):
    logging.getLogger(only_there.__name__).info("logged by the job")
    return 256


JOB = (entrypoint, "Fails with an exit code that no process can have")
JOB_CONFIG = {"python": "other_python/.venv/bin/python"}
