JOB = (print, '\x1b[31mred\x07\x08')
