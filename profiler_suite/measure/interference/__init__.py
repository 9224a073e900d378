"""Interference on purpose: what is measured beside it is known to be disturbed."""
