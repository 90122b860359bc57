import sys

import only_there


def entrypoint(argv):
    sys.exit(only_there.SKIP)


JOB = (entrypoint, "Leaves with the exit code of a skip")
JOB_CONFIG = {"python": "other_python/.venv/bin/python"}
