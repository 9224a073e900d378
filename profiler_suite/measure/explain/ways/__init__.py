"""Other ways to run a function: each is made, checked for the same answer, and timed."""
