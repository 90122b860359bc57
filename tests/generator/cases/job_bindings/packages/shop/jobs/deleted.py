del JOB
