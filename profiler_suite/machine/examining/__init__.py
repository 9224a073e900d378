"""The child process that measures a machine: ceilings, call costs, what memory costs."""
