import time

import only_there


def entrypoint(argv):
    only_there.note_pid("is_stopped")
    time.sleep(600)


JOB = (entrypoint, "Takes too long")
JOB_CONFIG = {"python": "other_python/.venv/bin/python"}
