# one# two
# three

ä = 1; JOB = (print,)
