"""Pure functions from recorded rows to tables, bounds, fits and words."""
