# vim: set fileencoding=latin-1 :
JOB = (print, "text")
