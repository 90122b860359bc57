# coding: no-such-encoding
JOB = (print, "text")
