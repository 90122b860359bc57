NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, LATER)
LATER = "Bound after JOB"
