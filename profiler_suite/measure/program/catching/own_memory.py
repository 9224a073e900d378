"""What this process holds of memory, and its page faults."""

import contextlib
import os
import sys

try:
    import resource
except ImportError:  # Windows, where nothing can be caught
    resource = None  # type: ignore[assignment]

# The program may replace it; ours is as it was at its beginning.
_open = open
_last_peak = [-1, 0]


def usage() -> tuple[int, int]:
    """Page faults of this process so far, and its memory at its highest, bytes."""
    if resource is None:
        return 0, 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    if sys.platform != "linux":
        return used.ru_minflt, used.ru_maxrss
    # Without a page fault in between it is as high as before, and need not be read.
    if _last_peak[0] != used.ru_minflt:
        _last_peak[:] = used.ru_minflt, _peak_bytes()
    return used.ru_minflt, _last_peak[1]


def _peak_bytes() -> int:
    """Of this program; what getrusage has is as high as the process that has started it was."""
    with (
        contextlib.suppress(OSError, ValueError),
        _open("/proc/self/status", "rb") as file,
    ):
        for line in file:
            if line.startswith(b"VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


def held_and_free() -> tuple[float, float]:
    """What this process holds, and what the system has free, bytes; nothing where unknown."""
    own = free = 0.0
    try:
        with _open("/proc/self/statm") as file:
            own = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        with _open("/proc/meminfo") as file:
            for line in file:
                if line.startswith("MemAvailable"):
                    free = int(line.split()[1]) * 1024.0
    except (OSError, ValueError, IndexError):
        return 0.0, 1.0
    return own, free
