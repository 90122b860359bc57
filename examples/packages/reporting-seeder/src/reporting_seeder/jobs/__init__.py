"""One job a file; a file without JOB is not a job."""
