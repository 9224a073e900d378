"""Who called whom: the functions of a program as boxes, each as wide as its time."""

import dataclasses
from collections.abc import Iterator, Sequence

from profiler_suite.analysis.program.moments import IMPORTS, Moment
from profiler_suite.measure.native import layers
from profiler_suite.measure.program.samples import StackFrame

# What is narrower is not seen in a picture, nor worth a box.
_NARROWEST = 0.004
_DEEPEST = 24
IMPORTING, BEGINNING = "imports", "start and end of Python"


@dataclasses.dataclass
class _Node:
    """A function called by way of one path."""

    name: str
    file: str
    line: int
    weight: float = 0.0
    entries: dict[str, float] = dataclasses.field(default_factory=dict)
    inner: dict[tuple[str, str], "_Node"] = dataclasses.field(default_factory=dict)

    def add(self, moment: Moment) -> None:
        self.weight += moment.weight
        self.entries[moment.entry] = self.entries.get(moment.entry, 0.0) + moment.weight


@dataclasses.dataclass(frozen=True)
class Box:
    """One function of the picture."""

    name: str
    file: str
    line: int
    layer: str
    depth: int
    begin: float
    """Shares of the whole time, from the left."""
    width: float
    breakdown: dict[str, float]
    """Kind of work → share of the box."""
    parent: int
    """Number of the box that it is called from; -1 for those at the bottom."""


def boxes(moments: Sequence[Moment]) -> list[Box]:
    """The boxes of a program: callers before what they call, the widest first."""
    root = _Node("", "", 0)
    for moment in moments:
        _enter(root, moment)
    made: list[Box] = []
    if root.weight:
        _place(root, (0, 0.0, -1), root.weight, made)
    return made


def _enter(root: _Node, moment: Moment) -> None:
    root.add(moment)
    node = root
    for frame in list(_path(moment))[:_DEEPEST]:
        key = frame.file, frame.name
        node = node.inner.setdefault(key, _Node(frame.name, frame.file, frame.line))
        node.add(moment)


def _path(moment: Moment) -> Iterator[StackFrame]:
    """Its functions, without the machinery of importing."""
    if not moment.python:
        yield StackFrame(name=BEGINNING, file="", line=0, compiled=True)
        return
    for frame in moment.python:
        if frame.file.startswith("<frozen") and moment.entry == IMPORTS:
            yield StackFrame(name=IMPORTING, file="", line=0, compiled=True)
            return
        if not frame.file.startswith("<frozen"):
            yield frame


def _place(node: _Node, at: tuple[int, float, int], whole: float, made: list[Box]) -> None:
    depth, begin, parent = at
    for each in sorted(node.inner.values(), key=lambda inner: -inner.weight):
        width = each.weight / whole
        if width < _NARROWEST:
            continue
        made.append(
            Box(
                name=each.name,
                file=each.file,
                line=each.line,
                layer=layers.of_source(each.file) if each.file else layers.CPYTHON,
                depth=depth,
                begin=begin,
                width=width,
                breakdown={name: part / each.weight for name, part in each.entries.items()},
                parent=parent,
            )
        )
        _place(each, (depth + 1, begin, len(made) - 1), whole, made)
        begin += width
