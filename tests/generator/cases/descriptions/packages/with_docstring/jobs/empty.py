"""

   The first line of empty.

   And more.
"""
TWICE = "one"
TWICE = "two"
NUMBER = 5
if NUMBER:
    MAYBE = "maybe"

JOB = (print, "")
