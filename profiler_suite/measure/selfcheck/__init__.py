"""Functions of known truth, measured with the passes that sweeps make."""
