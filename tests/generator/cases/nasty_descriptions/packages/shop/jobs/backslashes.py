JOB = (print, 'C:\\temp\\new \\')
