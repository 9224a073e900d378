"""What a sampled process and the one that reads its stacks say to each other."""

import msgspec

from profiler_suite.measure.reading.layout import Layout

OWNED, NOBODYS, INTERPRETERS = 0, 1, 2
"""Whose the code in a span of addresses is: somebody's, its caller's, the interpreter's."""


class CodeSpan(msgspec.Struct, frozen=True, array_like=True):
    """Addresses that hold the code of one library."""

    start: int
    end: int
    kind: int


class StackTarget(msgspec.Struct, frozen=True):
    """Whose stacks to read, and until when."""

    pid: int
    control: int
    """Address of the word with the state of the sampled process."""
    layout: Layout
    driver: int
    """Address of the code object of the loop that calls the function."""
    spans: tuple[CodeSpan, ...]
    """In the order of their addresses."""


class StackCount(msgspec.Struct, frozen=True, array_like=True):
    """How often one stack was seen."""

    native: tuple[int, ...]
    """The instruction, then return addresses as far as somebody's code; none while it waits."""
    frames: tuple[tuple[int, int], ...]
    """Address of the code object and of its instruction, the innermost first."""
    waits: bool
    count: int


class StackCounts(msgspec.Struct, frozen=True):
    """All stacks of one target."""

    stacks: tuple[StackCount, ...]
    lost: int = 0
    error: str = ""
