JOB = (print, '\u202eabc\u2066')
