"""What the child processes that measure have in common."""
