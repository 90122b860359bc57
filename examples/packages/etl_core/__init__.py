"""Code that the jobs of all packages share. It has no jobs of its own."""
