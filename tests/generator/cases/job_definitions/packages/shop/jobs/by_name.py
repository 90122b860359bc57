from etl_core.jobs import JobDefinition


def main(argv): ...


TEXT = "The description by name"
JOB = JobDefinition(main, TEXT)
