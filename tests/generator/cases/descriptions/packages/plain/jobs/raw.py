NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, r"C:\new")
LATER = "Bound after JOB"
