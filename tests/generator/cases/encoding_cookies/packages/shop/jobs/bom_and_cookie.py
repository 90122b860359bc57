# coding: latin-1
JOB = (print, "text")
