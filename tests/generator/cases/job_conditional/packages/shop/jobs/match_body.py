match print:
    case _:
        JOB = (print, "text")
