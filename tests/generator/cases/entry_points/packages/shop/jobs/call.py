JOB = (partial(print, 1), "A call")
