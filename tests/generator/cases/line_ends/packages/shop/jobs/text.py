JOB = (print, """One
two""")
