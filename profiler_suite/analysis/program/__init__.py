"""A whole program: where its time goes, and where to look first."""
