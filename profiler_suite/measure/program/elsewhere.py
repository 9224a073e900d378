"""Where a program that runs once more reads from and prints to."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def streams(output: int, errors: int) -> Iterator[None]:
    """While it is entered, what is started here prints to these descriptors.

    Its input is what it was at the first time: a file from where it stood, else nothing.
    """
    for each in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            each.flush()
    kept = [os.dup(number) for number in range(3)]
    nothing = os.open(os.devnull, os.O_RDONLY)
    try:
        if not _is_file(0):
            os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(errors, 2)
        yield
    finally:
        for number, before in enumerate(kept):
            os.dup2(before, number)
            os.close(before)
        os.close(nothing)


class InputPlace:
    """Where standard input stood."""

    def __init__(self) -> None:
        self._at = os.lseek(0, 0, os.SEEK_CUR) if _is_file(0) else -1

    def go_back(self) -> None:
        """Let the next program read what the one before has read."""
        if self._at >= 0:
            os.lseek(0, self._at, os.SEEK_SET)


def _is_file(number: int) -> bool:
    try:
        return stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:
        return False
