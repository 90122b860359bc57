JOB = (print, '\xdcber \u65e5\u672c\u8a9e \U0001f680')
