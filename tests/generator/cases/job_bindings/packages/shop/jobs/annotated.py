JOB: "Pair" = (print, "Annotated")
