# coding: rot13
JOB = (print, "text")
