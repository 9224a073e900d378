"""Tables become figures, the page and the terminal's summary."""
