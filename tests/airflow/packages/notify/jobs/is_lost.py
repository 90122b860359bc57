import os
import signal


def entrypoint(argv):
    for process in (os.getppid(), os.getpid()):
        os.kill(process, signal.SIGKILL)


JOB = (entrypoint, "Is killed with its supervisor, as when a container runs out of memory")
JOB_CONFIG = {"notify": {"on_failure": ["slack:data-alerts"]}}
