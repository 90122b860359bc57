NAMES = [JOB for JOB in ("a", "b")]
