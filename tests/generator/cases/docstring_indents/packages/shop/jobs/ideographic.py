"""One
　two
　three"""

JOB = (print, __doc__)
