JOB = (print, '"""\nimport os\n"""')
