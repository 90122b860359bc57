from pathlib import Path

Path(__file__).with_name("was_run.txt").write_text("this file was run")
raise SystemExit(1)


def entrypoint(argv):
    return 0


JOB = (entrypoint, "The folder of jobs")
