"""The expressions of a loop's body, read into terms."""
