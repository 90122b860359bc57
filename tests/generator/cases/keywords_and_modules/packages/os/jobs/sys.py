raise SystemExit
JOB = (print, "Named like modules")
