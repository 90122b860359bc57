import logging


def entrypoint(argv):
    print("printed by the job")
    logging.getLogger(__name__).info("logged by the job")
    return 0


JOB = (entrypoint, "Returns 0")
