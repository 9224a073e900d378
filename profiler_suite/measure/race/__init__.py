"""Two versions of a function measured against each other."""
