NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, NAME)
LATER = "Bound after JOB"
