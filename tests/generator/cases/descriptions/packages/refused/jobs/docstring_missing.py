JOB = (print, __doc__)
