"""A process that takes a core, or the memory, from others until it is ended."""

import os
import sys

from profiler_suite import child

BUSY, MEMORY = "busy", "memory"
READY = b"ready\n"


def main() -> None:
    """Read what to do and how many bytes to move; say that it begins; never end."""
    kind, size = next(child.heard(sys.stdin.buffer)).split()
    if kind.decode() == MEMORY:
        import numpy as np

        source = np.ones(int(size) // 8)
        target = np.empty_like(source)
        _begins()
        while True:
            np.copyto(target, source)
    _begins()
    while True:
        pass


def _begins() -> None:
    os.write(sys.stdout.fileno(), READY)


if __name__ == "__main__":
    main()
