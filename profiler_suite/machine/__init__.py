"""Describe the machine; measure its ceilings and call costs."""
