JOB = (print, '{braces} {0} {{ jinja }} {% raw %} ${shell} %(percent)s %s')
