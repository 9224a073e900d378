"""A probe that samples from inside: a thread that looks at all others' Python functions.

For systems where no other process may look. It is loaded into the program by its path and
imports nothing that a program could replace or count: its thread is not one of `threading`'s.
A look that had to wait for a long call to end stands for all the time it waited.
"""

import _thread
import os
import sys
import time
from types import FrameType

_FIRST_WRITE_S = 0.05
_LATER_WRITES_S = 1.0


def _stack(frame: FrameType | None) -> str:
    parts = []
    while frame is not None:
        code = frame.f_code
        parts.append(f"{code.co_qualname} ({code.co_filename}:{frame.f_lineno or 1})")
        frame = frame.f_back
    return ";".join(reversed(parts))


def _write(counts: dict[tuple[int, str], int], file: str, main: int) -> None:
    pid = os.getpid()
    lines = [
        f'process {pid}:"";thread ({pid if thread == main else thread});{stack} {count}\n'
        for (thread, stack), count in counts.items()
    ]
    with open(f"{file}.new", "w", errors="replace") as new:  # noqa: PTH123 - nothing imported
        new.writelines(lines)
    os.replace(f"{file}.new", file)  # noqa: PTH105


def _watch(file: str, pause_s: float, main: int, pid: int) -> None:
    own = _thread.get_ident()
    counts: dict[tuple[int, str], int] = {}
    looked = written = time.perf_counter()
    every_s = _FIRST_WRITE_S
    while os.getpid() == pid:
        time.sleep(pause_s)
        now = time.perf_counter()
        weight = max(1, round((now - looked) / pause_s))
        looked = now
        for thread, frame in sys._current_frames().items():
            if thread != own:
                at = (thread, _stack(frame))
                counts[at] = counts.get(at, 0) + weight
        if now - written > every_s:
            _write(counts, file, main)
            written, every_s = now, min(2 * every_s, _LATER_WRITES_S)


def start(settings: str) -> None:
    """Watch from now on; `settings` are the pause between looks, s, and the file to write."""
    pause_s, _, file = settings.partition(" ")
    main = _thread.get_ident()
    _thread.start_new_thread(_watch, (file, float(pause_s), main, os.getpid()))
