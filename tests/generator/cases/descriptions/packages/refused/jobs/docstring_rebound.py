__doc__ = str(1)
JOB = (print, __doc__)
