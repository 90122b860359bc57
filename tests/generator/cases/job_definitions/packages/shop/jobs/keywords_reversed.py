from etl_core.jobs import JobDefinition


def main(argv): ...


JOB = JobDefinition(description="In the other order", entrypoint=main)
