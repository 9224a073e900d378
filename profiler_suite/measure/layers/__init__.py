"""Whose code runs: stacks of Python and compiled code, read by another process."""
