import sys

import only_there


def entrypoint(argv):
    sys.exit(only_there.SKIP)


JOB = (entrypoint, "Exits with the code for a skip")
JOB_CONFIG = {"python": "other_python/.venv/bin/python"}
