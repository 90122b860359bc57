NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, "Two " "literals")
LATER = "Bound after JOB"
