"""One run: its rows as tables, and what they say."""
