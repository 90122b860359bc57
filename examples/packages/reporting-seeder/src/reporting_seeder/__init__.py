"""A package in the src layout, its project folder with a hyphen: <package>/src/<package>/jobs."""
