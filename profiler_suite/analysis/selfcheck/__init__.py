"""How far off the suite's own numbers are, judged by known truth."""
