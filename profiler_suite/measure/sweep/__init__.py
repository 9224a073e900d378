"""The rounds of a sweep: phases, worker processes and what they say to each other."""
