"""Jobs that tests put on a volume."""

GREET = """\
def entrypoint(argv):
    print("hello", *argv)


JOB = (entrypoint, "Say hello")
"""

# Waits for a file in the folder of the packages, so that a test decides when the job ends.
AWAIT_FILE = """\
import time
from pathlib import Path


def entrypoint(argv):
    file = Path(__file__).parents[2] / argv[0]
    while not file.exists():
        time.sleep(1)


JOB = (entrypoint, "Wait until a file is there")
"""
