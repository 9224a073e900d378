"""Standard input that each call of a caught function reads from where the first one did.

The program reads on beside its copies, and shares its place in the file with them: a copy
reads at places of its own.
"""

import builtins
import functools
import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

_MOST_BYTES = 2**28
_SUITE = str(Path(__file__).parents[2]) + os.sep
_HOLDER = str(Path(__file__).with_name("holder.py"))
_NOTHING = -1


def kept_input(places: Any) -> int:
    """A descriptor of what standard input is, where its place is known; else -1."""
    try:
        return os.dup(0) if id(getattr(sys, "stdin", None)) in places else _NOTHING
    except OSError:
        return _NOTHING


def repeat_input(descriptor: int, place: int) -> bool:
    """Let `sys.stdin` give each call what the file has behind that place; whether it can.

    So does `open(0)`, which would close the descriptor at its end.
    """
    try:
        encoding, errors = sys.stdin.encoding, sys.stdin.errors
        text = rest_of_input(descriptor, place, encoding, errors)
        again: Any = RepeatedInput(text, encoding, errors or "strict")
        sys.stdin = again
    except (OSError, ValueError, AttributeError):
        return False
    io.open = builtins.open = _opening(again)
    return True


def _opening(given: "RepeatedInput") -> Any:
    """`open`, but of standard input as it was given."""
    plain = builtins.open

    @functools.wraps(plain)
    def opened(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if type(file) is not int or file or mode not in ("r", "rt", "rb"):
            return plain(file, mode, *rest, **options)
        data = io.BytesIO(given.bytes)
        if mode == "rb":
            return data
        encoding = options.get("encoding") or given.encoding
        return io.TextIOWrapper(
            data, encoding, options.get("errors") or given.errors, options.get("newline")
        )

    return opened


def rest_of_input(descriptor: int, place: int, encoding: str, errors: str | None) -> str:
    """The text behind that place of a file; raises OSError, or ValueError where it is large.

    What came through a pipe is there no more: the second time nothing is in its place.
    """
    there = os.fstat(descriptor)
    size = there.st_size
    if not stat.S_ISREG(there.st_mode):
        raise ValueError("no file")
    if size > _MOST_BYTES:
        raise ValueError("a file too large to be kept in memory")
    data = b""
    while part := os.pread(descriptor, size - len(data), len(data)):
        data += part
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, errors=errors)
    text.seek(place)
    return text.read()


class RepeatedInput:
    """A text file that begins anew for each call of a function from the suite."""

    name, mode, closed, newlines = "<stdin>", "r", False, None

    def __init__(self, text: str, encoding: str, errors: str) -> None:
        self.encoding, self.errors = encoding, errors
        self._text = text
        self._call: FrameType | None = None
        self._file = io.TextIOWrapper(io.BytesIO())

    @property
    def bytes(self) -> bytes:
        """All that each call is given."""
        return self._text.encode(self.encoding, self.errors)

    def _anew(self) -> io.TextIOWrapper:
        """The file, from its beginning where another call reads it than before."""
        frame = sys._getframe(2)
        if self._call is not None and _is_inside(frame, self._call):
            return self._file
        call = _outermost(frame)
        if call is not self._call:
            self._call = call  # held: another call's frame cannot be taken for it
            data = io.BytesIO(self.bytes)
            self._file = io.TextIOWrapper(data, encoding=self.encoding, errors=self.errors)
        return self._file

    def read(self, size: int = -1) -> str:
        """As a file does."""
        return self._anew().read(size)

    def readline(self, size: int = -1) -> str:
        """As a file does."""
        return self._anew().readline(size)

    def readlines(self, hint: int = -1) -> list[str]:
        """As a file does."""
        return self._anew().readlines(hint)

    def __iter__(self) -> Iterator[str]:
        return iter(self._anew())

    def __next__(self) -> str:
        return next(self._anew())

    @property
    def buffer(self) -> Any:
        """Its bytes."""
        return self._anew().buffer

    def fileno(self) -> int:
        """There is no descriptor to read from."""
        raise io.UnsupportedOperation("fileno")

    def isatty(self) -> bool:
        """It is a file."""
        return False

    def readable(self) -> bool:
        """It is open for reading."""
        return True

    def __deepcopy__(self, memo: Any) -> "RepeatedInput":
        return self  # the file of the process, whoever names it


def _is_inside(frame: FrameType | None, call: FrameType) -> bool:
    """Whether a call is still going on, in this frame or in one that led to it."""
    while frame is not None and frame is not call:
        frame = frame.f_back
    return frame is call


def _outermost(frame: FrameType | None) -> FrameType | None:
    """The first call that the suite has made since the call was caught, on the way to a frame.

    Calls of NumPy that it traces lie further in.
    """
    found, inner = None, frame
    while frame is not None and frame.f_code.co_filename != _HOLDER:
        if _is_ours(frame) and inner is not None and not _is_ours(inner):
            found = inner
        inner, frame = frame, frame.f_back
    return found


def _is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_SUITE)
