"""What a name held in a run, from the words that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

NUMBERS = ("int", "float", "bool", "complex")
"""Kinds of Python's own numbers."""


@dataclass(frozen=True)
class Held:
    """What a name held, as `measure` puts it in words: 'float64 (500, 3072)', 'int 2'."""

    kind: str
    """'array', 'number' (NumPy's), 'int', 'float', 'bool', 'complex', 'list' or another."""
    dtype: str = ""
    shape: tuple[int, ...] = ()
    """Of a dictionary that of each value."""
    value: int | None = None


def held(words: str) -> Held:
    """The words of what a name held, taken apart."""
    numbers = re.match(r"(list|dict) of \d+ as (\S+) \(([\d, ]*)\)", words)
    if numbers:
        shape = tuple(int(each) for each in numbers[3].split(",") if each.strip())
        return Held(numbers[1], numbers[2], shape)
    array = re.match(r"(\S+) \(([\d, ]*)\)", words)
    if array:
        shape = tuple(int(each) for each in array[2].split(",") if each.strip())
        return Held("array", array[1], shape)
    first, _, rest = words.partition(" ")
    if rest == "number":
        return Held("number", first)
    if first in NUMBERS:
        whole = first == "int" and re.fullmatch(r"-?\d+", rest)
        return Held(first, value=int(rest) if whole else None)
    return Held(first)
