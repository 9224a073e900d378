"""Looks into single calls: which loop ran, on which layout, what changing one thing spares."""
