"""What an iteration computes: terms over labelled axes, and what may be done with them."""
