"""Where the loop stands that calls a function: a few operations are slow by their number.

A helper that a loop calls for each element has nothing that could be rewritten by itself; the
loop has, with the helper read in place. Where a library calls it for each row, as
`DataFrame.apply` does, it is the line that hands it to the library.
"""

import ast
from collections.abc import Sequence

from profiler_suite.analysis.program.moments import Moment
from profiler_suite.analysis.program.ranking import identity_of
from profiler_suite.measure.native import layers
from profiler_suite.measure.program.samples import StackFrame
from profiler_suite.workloads import module_lines

# Functions between a helper and the loop that it is called in.
_MOST_BETWEEN = 3
# Of its time, so much is to come from one place.
_MOSTLY = 0.5
_LOOPS = (ast.For, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class LoopsOfFiles:
    """Which lines of source files stand in a loop; each file is read once."""

    def __init__(self) -> None:
        self._known: dict[str, set[int]] = {}

    def hold(self, file: str, line: int) -> bool:
        """Whether a loop holds that line; the body of a function is in no loop around it."""
        if file not in self._known:
            self._known[file] = _lines_in_loops(file)
        return line in self._known[file]


def _lines_in_loops(file: str) -> set[int]:
    try:
        tree = ast.parse(module_lines.source_of(file))
    except (OSError, ValueError, SyntaxError):
        return set()
    found: set[int] = set()
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, _DEFINITIONS):
            inside = False
        elif isinstance(node, _LOOPS):
            inside = True
        # Of a compound statement its parts, which may hold functions.
        if inside and isinstance(node, ast.stmt | ast.expr) and not hasattr(node, "body"):
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        waiting += [(each, inside) for each in ast.iter_child_nodes(node)]
    return found


def calling_line(
    moments: Sequence[Moment],
    file: str,
    function: str,
    loops: LoopsOfFiles,
    *,
    within: bool = False,
) -> tuple[str, int] | None:
    """File and line of the loop, or of the call of a library, that calls a function most.

    None where no such place answers for most of its time: of that in its own lines, or also in
    what it calls, `within` it.
    """
    weights: dict[tuple[str, int], float] = {}
    whole = 0.0
    for moment in moments:
        if moment.own < 0:
            continue
        inner = moment.own
        while within and inner and identity_of(moment.python[inner])[:2] != (file, function):
            inner -= 1
        if identity_of(moment.python[inner])[:2] != (file, function):
            continue
        whole += moment.weight
        place = _place(moment.python[: inner + 1], loops)
        if place is not None:
            weights[place] = weights.get(place, 0.0) + moment.weight
    best = max(weights, key=lambda place: weights[place], default=None)
    return best if best is not None and weights[best] >= _MOSTLY * whole else None


def function_at(moments: Sequence[Moment], file: str, line: int) -> str:
    """The function that was seen at a line, as the ranking calls it; empty for none."""
    for moment in moments:
        for frame in moment.python:
            if (frame.file, frame.line) == (file, line):
                return identity_of(frame)[1]
    return ""


def _place(frames: Sequence[StackFrame], loops: LoopsOfFiles) -> tuple[str, int] | None:
    """From the innermost frame outwards, the first that calls in a loop, or by a library."""
    own = identity_of(frames[-1])[:2]
    by_library, between = False, 0
    for frame in reversed(frames[:-1]):
        if layers.of_source(frame.file) != layers.USER:
            by_library = True
            continue
        if identity_of(frame)[:2] != own:
            if by_library or loops.hold(frame.file, frame.line):
                return frame.file, frame.line
            between += 1
        by_library = False
        if between > _MOST_BETWEEN:
            return None
    return None
