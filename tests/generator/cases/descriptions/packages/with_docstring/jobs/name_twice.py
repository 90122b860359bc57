"""

   The first line of name_twice.

   And more.
"""
TWICE = "one"
TWICE = "two"
NUMBER = 5
if NUMBER:
    MAYBE = "maybe"

JOB = (print, TWICE)
