"""The folder that a watched program has on its path until its first line."""
