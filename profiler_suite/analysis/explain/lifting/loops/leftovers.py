"""What a list leaves behind that has become an array: `out = []` and `np.array(out)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names
from profiler_suite.analysis.explain.lifting.source.units import Piece
from profiler_suite.analysis.explain.rewriting import Function

_COPIES = ("array", "asarray", "stack")
# Functions and methods whose result may be part of another array.
_VIEWS = frozenset(
    (
        *("asarray", "reshape", "ravel", "transpose", "squeeze", "broadcast_to", "view"),
        *("broadcast_arrays", "sliding_window_view", "swapaxes", "moveaxis", "diagonal"),
        *("expand_dims", "split", "real", "imag", "atleast_1d", "atleast_2d", "get"),
    )
)


def leftovers(
    function: Function, facts: Facts, pieces: Sequence[Piece]
) -> dict[int, str | None]:
    """Lines of the function's text in another form, by number from 1; None where they go.

    Of arrays that pieces make in place of lists which begin empty.
    """
    found: dict[int, str | None] = {}
    for piece in pieces:
        for name, value in _made(piece, facts):
            begins = _beginning(function, piece, name)
            if begins is not None:
                found[begins] = None
            if not _is_new(value, _values(piece)):
                continue
            for call in _copies_of(function, name):
                if not _is_inside(call, pieces) and call.lineno not in found:
                    found[call.lineno] = _without_call(function, call, name)
    return found


def _is_inside(node: ast.AST, pieces: Sequence[Piece]) -> bool:
    return any(each is node for piece in pieces for each in ast.walk(piece.unit.node))


def _made(piece: Piece, facts: Facts) -> Iterator[tuple[str, ast.expr]]:
    """Arrays that stand in place of lists, with what they are set to."""
    for name, value in _values(piece).items():
        begins = facts.definitions.get(name, [])
        empty = len(begins) == 1 and isinstance(begins[0], ast.List) and not begins[0].elts
        if empty and not isinstance(value, ast.List) and not piece.unit.inside_loop:
            yield name, value


def _values(piece: Piece) -> Mapping[str, ast.expr]:
    """What the statements of a piece set names to, each of them whatever happens."""
    return _set_by("\n".join(piece.lines))


@lru_cache(maxsize=256)
def _set_by(text: str) -> Mapping[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in ast.parse(text).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
            found[target.id] = node.value
            continue
        for name in stored_names([node]) & found.keys():
            del found[name]
    return found


def _beginning(function: Function, piece: Piece, name: str) -> int | None:
    """The line of `out = []` in the same block, where nothing asks for it before the loop."""
    for place in range(len(piece.unit.before) - 1, -1, -1):
        node = piece.unit.before[place]
        if not syntax.uses(node, name):
            continue
        plain = isinstance(node, ast.Assign) and ast.unparse(node) == f"{name} = []"
        alone = function.lines[node.lineno - 1].strip() == function.text_of(node)
        return node.lineno if plain and alone else None
    return None


def _is_new(value: ast.expr, others: Mapping[str, ast.expr]) -> bool:
    """Whether an expression makes memory of its own, which nobody else has."""
    if isinstance(value, ast.Name):
        held = others.get(value.id)
        return held is not None and not isinstance(held, ast.Name) and _is_new(held, others)
    if isinstance(value, ast.BinOp | ast.Compare | ast.UnaryOp):
        return True
    if isinstance(value, ast.Subscript | ast.Attribute):
        return _is_new(value.value, others)  # part of what nobody else has
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    return value.func.attr not in _VIEWS or _is_new(value.func.value, others)


def _copies_of(function: Function, name: str) -> Iterator[ast.Call]:
    """`np.array(out)` and the like, without options."""
    for node in ast.walk(function.node):
        if not isinstance(node, ast.Call) or node.keywords or len(node.args) != 1:
            continue
        owner, _, last = ast.unparse(node.func).rpartition(".")
        same = isinstance(node.args[0], ast.Name) and node.args[0].id == name
        if same and owner == function.numpy and last in _COPIES:
            yield node


def _without_call(function: Function, call: ast.Call, name: str) -> str:
    """The line with the name in place of the call."""
    start, end = function.span(call)
    first = function.line_start(call.lineno)
    line = function.lines[call.lineno - 1]
    if call.end_lineno != call.lineno:
        return line
    return line[: start - first] + name + line[end - first :]
