JOB = (print, '<script>alert(1)</script>')
