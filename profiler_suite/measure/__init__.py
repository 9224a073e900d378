"""Plan, time in child processes, profile lines: everything that measures."""
