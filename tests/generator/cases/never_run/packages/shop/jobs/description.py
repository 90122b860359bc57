JOB = (print, open("was_run.txt", "w").name)
