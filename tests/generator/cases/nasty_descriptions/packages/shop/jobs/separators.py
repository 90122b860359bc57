JOB = (print, 'a\u2028b\u2029c\x85d\x0be\x0cf')
