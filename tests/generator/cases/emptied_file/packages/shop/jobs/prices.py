# JOB = (entrypoint, "Load prices")
