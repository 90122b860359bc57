JOB = (None, "Nothing")
