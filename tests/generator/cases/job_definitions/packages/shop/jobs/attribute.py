from etl_core import jobs


def main(argv): ...


JOB = jobs.JobDefinition(main, "As an attribute")
