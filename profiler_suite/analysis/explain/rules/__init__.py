"""The catalogue of slow paths: one rule finds one, one file holds one family."""
