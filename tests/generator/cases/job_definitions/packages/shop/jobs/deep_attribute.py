import etl_core.jobs


def main(argv): ...


JOB = etl_core.jobs.JobDefinition(main, "As an attribute of an attribute")
