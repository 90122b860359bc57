import json
import sys


def entrypoint(argv):
    print("argv:", json.dumps(argv), "sys.argv:", json.dumps(sys.argv))


JOB = (entrypoint, "Prints its arguments")
