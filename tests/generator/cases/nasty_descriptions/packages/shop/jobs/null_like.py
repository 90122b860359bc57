JOB = (print, '\\0 \\x00 \\N{BULLET}')
