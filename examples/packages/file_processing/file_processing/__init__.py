"""A package in a project folder of the same name: <package>/<package>/jobs."""
