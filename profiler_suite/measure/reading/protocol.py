"""What a process and the one that reads it say to each other, whatever is read."""

PAUSED, COUNTING, READY = 0, 1, 2
"""States of the process that is read, in the word at its control address."""
SAMPLE, END = b"sample\n", b"end\n"
"""Requests that follow a target: sample until the process pauses; answer."""
STARTED = b"started\n"
"""What the reading process says first."""
