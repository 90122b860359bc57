# one# two
# three
JOB = (print, "Mixed")
