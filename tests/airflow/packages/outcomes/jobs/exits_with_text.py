import sys


def entrypoint(argv):
    sys.exit("the source is empty")


JOB = (entrypoint, "Exits with a message")
