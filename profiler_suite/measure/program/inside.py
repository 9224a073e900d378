"""A probe that samples from inside: a thread that looks at all others' Python functions.

For systems where no other process may look. It is loaded into the program by its path and
imports nothing that a program could replace or count: its thread is not one of `threading`'s.
A look that had to wait for a long call to end stands for all the time it waited.
"""

import _signal  # type: ignore[import-not-found]
import _thread
import atexit
import os
import sys
import time
from types import FrameType

_FIRST_WRITE_S = 0.05
_LATER_WRITES_S = 1.0
# The program may replace any of these; ours are as they were at its beginning.
_open, _getpid, _replace, _sleep = open, os.getpid, os.replace, time.sleep
_clock, _frames, _identity = time.perf_counter, sys._current_frames, _thread.get_ident


def _stack(frame: FrameType | None) -> str:
    parts = []
    while frame is not None:
        code = frame.f_code
        parts.append(f"{code.co_qualname} ({code.co_filename}:{frame.f_lineno or 1})")
        frame = frame.f_back
    return ";".join(reversed(parts))


def _write(counts: dict[tuple[int, str], int], file: str, main: int) -> None:
    pid = _getpid()
    lines = [
        f'process {pid}:"";thread ({pid if thread == main else thread});{stack} {count}\n'
        for (thread, stack), count in list(counts.items())
    ]
    try:
        with _open(f"{file}.new", "w", errors="replace") as new:
            new.writelines(lines)
        _replace(f"{file}.new", file)
    except OSError:  # limits that the program has set itself: what was written before stands
        return


def _watch(
    file: str, pause_s: float, main: int, pid: int, counts: dict[tuple[int, str], int]
) -> None:
    own = _identity()
    looked = written = _clock()
    every_s = _FIRST_WRITE_S
    while _getpid() == pid:
        _sleep(pause_s)
        now = _clock()
        weight = max(1, round((now - looked) / pause_s))
        looked = now
        for thread, frame in _frames().items():
            if thread != own:
                at = (thread, _stack(frame))
                counts[at] = counts.get(at, 0) + weight
        if now - written > every_s:
            _write(counts, file, main)
            written, every_s = now, min(2 * every_s, _LATER_WRITES_S)


def start(settings: str) -> None:
    """Watch from now on; `settings` are the pause between looks, s, and the file to write."""
    pause_s, _, file = settings.partition(" ")
    main, pid = _thread.get_ident(), _getpid()
    counts: dict[tuple[int, str], int] = {}

    def write_all() -> None:
        if _getpid() == pid:
            _write(counts, file, main)

    atexit.register(write_all)
    # Signals are for the program's own threads, which may have put them off.
    masks = getattr(_signal, "pthread_sigmask", None)
    before = masks(_signal.SIG_BLOCK, _signal.valid_signals()) if masks else ()
    _thread.start_new_thread(_watch, (file, float(pause_s), main, pid, counts))
    if masks:
        masks(_signal.SIG_SETMASK, before)
