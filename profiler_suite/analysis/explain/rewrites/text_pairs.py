"""Texts compared character by character, as arrays of their characters.

`sum(a != b for a, b in zip(texts[i], texts[j]))` for many i and j is a comparison of two rows
of an array that is made once.
"""

import ast
import re
from dataclasses import dataclass

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import Edit

CHARACTERS = '''
def characters_of(texts):
    """The code of every character, a row for each text; they must be equally long."""
    if len({len(text) for text in texts}) > 1 or not all(isinstance(t, str) for t in texts):
        raise ValueError("texts of different lengths have no array")
    return np.array(texts).view(np.uint32).reshape(len(texts), -1)
'''.strip()

# How long texts are is not known, and what loops become does not depend on it.
_SOME_LENGTH = 64
_COUNTS = (
    "sum(1 for A, B in zip(S, T) if A {} B)",
    "sum([1 for A, B in zip(S, T) if A {} B])",
    "sum(A {} B for A, B in zip(S, T))",
    "len([A for A, B in zip(S, T) if A {} B])",
    "len([1 for A, B in zip(S, T) if A {} B])",
)


@dataclass(frozen=True)
class TextPairs:
    """A function with arrays of characters, and what they hold, in words."""

    statement: ast.stmt
    text: str
    held: dict[str, str]


def as_arrays(function: Function) -> TextPairs | None:
    """All such counts in one loop, of elements of lists of texts; None without any."""
    edits: list[Edit] = []
    lists: dict[str, None] = {}
    outer: ast.stmt | None = None
    for sign in ("!=", "=="):
        table = [pattern.format(sign) for pattern in _COUNTS]
        for one in patterns.found(function, table, lambda m: True):
            loop = _loop_around(function, one)
            sides = [_element(one[side]) for side in "ST"]
            if loop is None or outer not in (None, loop) or not all(sides):
                continue
            if any(side is None or side[0] in syntax.changed_in(loop) for side in sides):
                continue
            outer = loop
            rows = [f"{side[0]}_characters[{side[1]}]" for side in sides if side is not None]
            lists |= dict.fromkeys(side[0] for side in sides if side is not None)
            text = f"{function.numpy}.sum({rows[0]} {sign} {rows[1]})"
            edits.append(rewriting.edit(function, one.node, text))
    if outer is None:
        return None
    lines = [f"{name}_characters = characters_of({name})" for name in lists]
    edits += rewriting.inserted(function, {outer.lineno: lines})
    made = rewriting.spliced(function, edits)
    if made is None:
        return None
    held = {f"{name}_characters": _held(function, name) for name in lists}
    return TextPairs(outer, made.source, held if all(held.values()) else {})


def _loop_around(function: Function, one: Match) -> ast.stmt | None:
    """The outermost loop around it."""
    loops = [each for each in function.around(one.node) if isinstance(each, ast.For)]
    return loops[-1] if loops else None


def _element(node: ast.expr) -> tuple[str, str] | None:
    """List and place of `texts[i]`."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
        return None
    if not patterns.pure(node.slice) or isinstance(node.slice, ast.Slice | ast.Tuple):
        return None
    return node.value.id, ast.unparse(node.slice)


def _held(function: Function, name: str) -> str:
    counted = re.match(r"(?:list|tuple) of (\d+)", function.source.names.get(name, ""))
    return f"uint32 ({counted[1]}, {_SOME_LENGTH})" if counted else ""
