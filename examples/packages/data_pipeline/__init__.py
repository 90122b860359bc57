"""A package with the shortest layout, <package>/jobs."""
