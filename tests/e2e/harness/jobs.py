"""Jobs that tests put on a volume."""

GREET = """\
def entrypoint(argv):
    print("hello", *argv)


JOB = (entrypoint, "Say hello")
"""

# Beside the packages lies what it waits for: a test says when the job may end.
AWAIT_FILE = """\
import time
from pathlib import Path


def entrypoint(argv):
    file = Path(__file__).parents[2] / argv[0]
    while not file.exists():
        time.sleep(1)


JOB = (entrypoint, "Wait until a file is there")
"""
