"""One timing task at a time on a machine, however many workers it has been given."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: only the workers' resources keep tasks apart there
    fcntl = None  # type: ignore[assignment]

_FILE = "profiler_suite.timing.lock"


@contextlib.contextmanager
def alone_on_this_machine(folder: Path | None = None) -> Iterator[None]:
    """Wait until no other process of this machine times, and keep others waiting.

    The lock is a file in the machine's own temporary folder, of all users; it is let go
    with the process that holds it, however that ends.
    """
    if fcntl is None:
        yield
        return
    descriptor = _open((folder or Path(tempfile.gettempdir())) / _FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    # Another user's file in a shared folder may be opened, but not "created" again.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o644)
