"""

   The first line of formatted.

   And more.
"""
TWICE = "one"
TWICE = "two"
NUMBER = 5
if NUMBER:
    MAYBE = "maybe"

JOB = (print, "%s" % 1)
