JOB = (lambda argv: 0, "A lambda")
