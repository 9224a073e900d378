"""What several options and values of the command line have in common."""
