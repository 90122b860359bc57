# coding=UTF8
JOB = (print, "text")
