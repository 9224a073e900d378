"""Runs a whole program as it is, beside a sampler, or with a probe inside it."""
