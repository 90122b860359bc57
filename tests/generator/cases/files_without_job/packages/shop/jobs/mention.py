"""Says JOB, and assigns none."""

print(JOB)
JOB.x = 1
JOB[0] = 2
