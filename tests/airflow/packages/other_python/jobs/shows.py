import json
import os
import sys

import only_there


def entrypoint(argv):
    print("argv:", json.dumps(argv), "sys.argv:", json.dumps(sys.argv), "MOTTO:", os.environ["MOTTO"])
    print("interpreter:", sys.executable, "module:", only_there.__file__, "standard input:", repr(sys.stdin.read()))


JOB = (entrypoint, "Prints its interpreter and arguments")
JOB_CONFIG = {"python": "other_python/.venv/bin/python", "env": {"MOTTO": "onward"}}
