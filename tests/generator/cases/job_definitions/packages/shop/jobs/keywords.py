from etl_core.jobs import JobDefinition


def main(argv): ...


JOB = JobDefinition(entrypoint=main, description="Both by keyword")
