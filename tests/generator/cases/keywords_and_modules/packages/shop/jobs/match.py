JOB = (print, "A soft keyword")
