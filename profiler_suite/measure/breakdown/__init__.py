"""Where the time of a point goes: traced once, replayed beside the plain function, sampled."""
