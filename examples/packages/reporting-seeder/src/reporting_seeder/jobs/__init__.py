"""One job per file. A file without JOB is not a job."""
