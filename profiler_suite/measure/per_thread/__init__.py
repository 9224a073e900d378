"""What each thread of a function does, and what it waits for."""
