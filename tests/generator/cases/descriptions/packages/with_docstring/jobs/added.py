"""

   The first line of added.

   And more.
"""
TWICE = "one"
TWICE = "two"
NUMBER = 5
if NUMBER:
    MAYBE = "maybe"

JOB = (print, "Added " + "text")
