"""One process reads another one from outside: what all samplers of functions share (Linux)."""
