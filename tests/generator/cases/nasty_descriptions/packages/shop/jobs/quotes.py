JOB = (print, 'It\'s "quoted" \'\'\'three\'\'\' """times"""')
