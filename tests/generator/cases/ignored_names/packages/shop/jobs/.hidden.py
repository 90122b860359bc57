JOB = broken (
