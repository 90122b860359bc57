
# coding: utf-7
JOB = (print, "text")
