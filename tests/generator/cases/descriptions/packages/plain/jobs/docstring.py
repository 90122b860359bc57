"""The whole docstring.

    With all its lines.
      Indented once more.
    """

JOB = (print, __doc__)
