# one
JOB = (print, "CRLF")
