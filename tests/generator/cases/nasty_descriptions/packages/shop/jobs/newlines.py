JOB = (print, 'One\ntwo\r\nthree\rfour')
