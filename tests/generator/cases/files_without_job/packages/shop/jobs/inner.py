def JOBS():
    JOB = 1
    return JOB


class Table:
    JOB = (1, 2)


print(lambda: (JOB := 3))
