"""A package in the src layout, <package>/src/<package>/jobs. The project folder's name has a hyphen."""
