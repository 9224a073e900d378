"""Loops, read into what they store and what their names hold afterwards."""
