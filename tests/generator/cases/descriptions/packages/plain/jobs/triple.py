NAME = "A name bound once"
ANNOTATED: str = "An annotated name"
JOB = (print, """Three
lines
""")
LATER = "Bound after JOB"
