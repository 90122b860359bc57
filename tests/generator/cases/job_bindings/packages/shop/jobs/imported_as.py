import shop.jobs.plain as JOB
