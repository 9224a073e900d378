"""What a function or a program prints, and whether two texts say the same."""

import contextlib
import io
import math
import re
import sys
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# What printed numbers may differ by: rewrites add in another order.
_ROUNDING, _NEXT_TO_NOTHING = 1e-6, 1e-12


class PrintedText(io.TextIOWrapper):
    """Stands in for standard output and keeps what is printed."""

    def __init__(self) -> None:
        self._kept = io.BytesIO()
        super().__init__(self._kept, encoding="utf-8", errors="replace", write_through=True)

    def fileno(self) -> int:
        """That of standard output itself, for those that hand it to a process."""
        assert sys.__stdout__ is not None
        return sys.__stdout__.fileno()

    @property
    def content(self) -> bytes:
        """All that was printed so far; nothing once its user has closed it."""
        return b"" if self._kept.closed else self._kept.getvalue()


@contextlib.contextmanager
def printed() -> Iterator[PrintedText]:
    """While it is entered, what Python prints is kept instead."""
    text = PrintedText()
    with contextlib.redirect_stdout(text):
        yield text


def same_text(one: bytes, other: bytes, alike: Sequence[bytes] = ()) -> bool:
    """Whether two outputs are the same but for numbers that differ by rounding.

    `alike` are outputs that are known to say the same as the first: numbers in which they
    differ, such as seconds that something took, are not compared.
    """
    if _NUMBER.sub(b"", one) != _NUMBER.sub(b"", other):
        return False
    varying = _varying(one, alike)
    pairs = enumerate(zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True))
    return all(_same_number(a, b) for place, (a, b) in pairs if place not in varying)


def varies_wholly(one: bytes, alike: Sequence[bytes]) -> bool:
    """Whether no number in it is the same in all of these: nothing could be compared."""
    return bool(alike) and 0 < len(_NUMBER.findall(one)) == len(_varying(one, alike))


def _varying(one: bytes, alike: Sequence[bytes]) -> set[int]:
    """Places among its numbers at which one of these has another one."""
    numbers = _NUMBER.findall(one)
    return {
        place
        for each in alike
        for place, (a, b) in enumerate(zip(numbers, _NUMBER.findall(each), strict=False))
        if not _same_number(a, b)
    }


def _same_number(one: bytes, other: bytes) -> bool:
    if one == other:
        return True
    if _is_whole(one) and _is_whole(other):
        # Counts are not rounded: one more of a million is another answer.
        return int(one) == int(other)
    return math.isclose(float(one), float(other), rel_tol=_ROUNDING, abs_tol=_NEXT_TO_NOTHING)


def _is_whole(number: bytes) -> bool:
    return number.lstrip(b"+-").isdigit()
