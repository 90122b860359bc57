from etl_core.jobs import JobDefinition


def main(argv): ...


JOB = JobDefinition(entrypoint, text="Text by a wrong keyword")
