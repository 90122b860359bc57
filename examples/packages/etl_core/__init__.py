"""Code that the jobs of every package share. It has no jobs of its own."""
