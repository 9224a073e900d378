"""From terms to NumPy: array expressions and statements."""
