"""The figures, each defined once."""
