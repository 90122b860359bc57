import sys


def entrypoint(argv):
    sys.exit(4)


JOB = (entrypoint, "Exits with 4")
