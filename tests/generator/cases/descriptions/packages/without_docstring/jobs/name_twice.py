TWICE = "one"
TWICE = "two"
NUMBER = 5
if NUMBER:
    MAYBE = "maybe"

JOB = (print, TWICE)
