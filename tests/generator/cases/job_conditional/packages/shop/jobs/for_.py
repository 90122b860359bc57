for JOB in [(print, "text")]:
    pass
