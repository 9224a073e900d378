"""A person's own function: loaded, timed, traced, sampled, and what is tried on it."""
