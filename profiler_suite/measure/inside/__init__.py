"""Looks into single calls: which loop ran, on which layout, and what changing one thing spares."""
