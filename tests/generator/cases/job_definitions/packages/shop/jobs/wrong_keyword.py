from etl_core.jobs import JobDefinition


def main(argv): ...


JOB = JobDefinition(main, text="text")
