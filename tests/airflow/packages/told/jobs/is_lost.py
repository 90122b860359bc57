import os
import signal


def entrypoint(argv):
    for process in (os.getppid(), os.getpid()):
        os.kill(process, signal.SIGKILL)


JOB = (entrypoint, "Dies with the process that watches it, as when a container is out of memory")
JOB_CONFIG = {"notify": {"on_failure": ["slack:data-alerts"]}}
