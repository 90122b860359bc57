from etl_core.jobs import JobDefinition


def main(argv): ...


JOB = [JobDefinition][0](main, "text")
