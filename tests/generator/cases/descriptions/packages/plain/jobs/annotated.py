NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, ANNOTATED)
LATER = "Bound after JOB"
