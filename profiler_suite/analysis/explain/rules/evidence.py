"""What findings say of where they are and what runs there."""

import ast
import statistics
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from profiler_suite import units
from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.model.trace import Operand, Operation

_MOST_NAMED = 3


def provided(assumptions: Sequence[str]) -> str:
    """'; provided that a and b', or nothing."""
    return f"; provided that {' and '.join(assumptions)}" if assumptions else ""


def at(lines: Iterable[int]) -> str:
    """'line 3' or 'lines 3, 5'."""
    numbers = sorted(set(lines))
    return ("line " if len(numbers) == 1 else "lines ") + ", ".join(map(str, numbers[:6]))


def counted(
    operations: Iterable[Operation],
    called: Mapping[tuple[str, int], int] = MappingProxyType({}),
) -> str:
    """'3 × np.matmul on int64 (400, 400)'; a function that makes several calls counts once.

    `called` says how often functions are called on a line, where that is known.
    """
    found = list(operations)
    inside: dict[str, set[str]] = {}
    for o in found:
        inside.setdefault(o.via, set()).add(o.name)
    groups: dict[tuple[Any, ...], list[Operation]] = {}
    for number, o in enumerate(found):
        places = tuple((each.file, each.line) for each in o.lines)
        key = (o.via, places) if o.via and len(inside[o.via]) > 1 else (number,)
        groups.setdefault(key, []).append(o)
    counts: dict[tuple[str, str], int] = {}
    for group in groups.values():
        calls: dict[str, int] = {}
        for o in group:
            calls[o.name] = calls.get(o.name, 0) + o.calls
        arrays = [each for o in group for each in o.operands if each.form == "array"]
        on = in_words(max(arrays, key=elements)) if arrays else ""
        named = group[0].via or group[0].name, on
        # As often as most of what it calls: some of it once more, or not each time.
        often = statistics.mode(sorted(calls.values()))
        known = [called.get((group[0].via, n)) for n in {each.line for each in group[0].lines}]
        exact = [count for count in known if count is not None]
        if exact and len(exact) == len(known):
            often = sum(exact)
        counts[named] = counts.get(named, 0) + often
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    said = [
        f"{units.count(n)} × {name}{f' on {on}' if on else ''}"
        for (name, on), n in ordered[:_MOST_NAMED]
    ]
    return ", ".join(said)


def elements(operand: Operand) -> int:
    """Number of elements of an operand."""
    total = 1
    for n in operand.shape:
        total *= n
    return total


def in_words(operand: Operand) -> str:
    """'int64 (400, 400)'."""
    try:
        dtype = str(np.dtype(operand.dtype))
    except (TypeError, ValueError, SyntaxError):
        dtype = operand.dtype
    return f"{dtype} {operand.shape}"


def calls_outside_loops(function: Function) -> dict[tuple[str, int], int]:
    """How many calls of a NumPy function a line of the file has, where none is in a loop."""
    found: dict[tuple[str, int], int] = {}
    looped: set[tuple[str, int]] = set()
    for node in function.nodes:
        name = function.qualified(node.func) if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or not name.startswith("numpy."):
            continue
        inside = any(isinstance(each, syntax.REPEATING) for each in function.around(node))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            key = (f"np.{name.removeprefix('numpy.')}", line + function.shift)
            found[key] = found.get(key, 0) + 1
            looped |= {key} if inside else set()
    return {key: count for key, count in found.items() if key not in looped}
