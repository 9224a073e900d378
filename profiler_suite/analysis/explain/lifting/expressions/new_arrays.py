"""np.zeros(3), np.arange(len(row)): arrays that are the same in every iteration."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from profiler_suite.analysis.explain.lifting.expressions.expressions import Reader
from profiler_suite.analysis.explain.lifting.expressions.shapes import lengths_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Core,
    Index,
    Refusal,
    Term,
)

_CREATING = ("zeros", "ones", "empty")
_SPACED = ("linspace", "logspace", "geomspace")
_SPACED_BY_DEFAULT = 50
_KNOWN = frozenset(("np", "numpy", "int", "float", "complex", "bool"))
"""Names that a dtype may be written with."""


def new_array(reader: Reader, node: ast.Call, name: str) -> Term | None:
    """The array that a call makes; None where it is another call, or differs in length."""
    if name not in (*_CREATING, *_SPACED, "eye", "identity", "arange") or not node.args:
        return None
    if name == "arange" and (len(node.args) > 1 or node.keywords):
        return None
    shape = reader.facts.shape_of(node)
    if name == "arange":
        size = reader.facts.integer(node.args[0])
        shape = None if size is None else (size,)
    elif name in _SPACED:
        shape = _spaced(reader, node)
    varying = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & reader.scope.varying
    if shape is None or varying:
        return _of_lengths(reader, node, name)
    if name in _SPACED:
        return _spaced_array(reader, node, shape)
    text = ast.unparse(node).replace("numpy.", "NP.", 1).replace("np.", "NP.", 1)
    return _made(reader, text, shape)


def _spaced(reader: Reader, node: ast.Call) -> tuple[Poly, ...] | None:
    """How many evenly spaced numbers there are between two that are no arrays."""
    counts = [each.value for each in node.keywords if each.arg == "num"] + node.args[2:3]
    plain = all(each.arg in ("num", "endpoint", "dtype") for each in node.keywords)
    if not plain or len(node.args) not in (2, 3) or len(counts) > 1:
        return None
    if not all(_is_number(reader, each) for each in node.args[:2]):
        return None
    size = reader.facts.integer(counts[0]) if counts else Poly.number(_SPACED_BY_DEFAULT)
    return None if size is None else (size,)


def _spaced_array(reader: Reader, node: ast.Call, shape: tuple[Poly, ...]) -> Access:
    scope, text = reader.scope, ast.unparse(node)
    reader.facts.made[text] = shape
    dtype = "" if any(each.arg == "dtype" for each in node.keywords) else "float64"
    return Access(text, (scope.whole(shape[0]),), tuple(scope.loops), dtype, scope.time)


def _is_number(reader: Reader, node: ast.expr) -> bool:
    try:
        value = reader.read(node)
    except Refusal:
        return False
    return not value.own


def _made(reader: Reader, text: str, shape: Sequence[Poly]) -> Core:
    return Core(text, (), tuple(reader.scope.label(each) for each in shape))


def _of_lengths(reader: Reader, node: ast.Call, name: str) -> Term | None:
    """Where its lengths are those of what an iteration has, and every row is as long."""
    kinds = [each.value for each in node.keywords if each.arg == "dtype"] + node.args[1:]
    if name not in (*_CREATING, "arange") or len(kinds) > 1:
        return None
    if len(kinds) != len(node.keywords) + len(node.args) - 1:
        return None
    names = {n.id for each in kinds for n in ast.walk(each) if isinstance(n, ast.Name)}
    if not names <= _KNOWN:
        return None
    only = ast.Call(node.func, node.args[:1], [])
    try:
        found = [reader.read(each) for each in lengths_of(only, only.args)]
    except Refusal:
        return None
    sizes = [each.index for each in found if isinstance(each, Index) and not each.loops]
    if len(sizes) != len(found) or (name == "arange" and len(sizes) > 1):
        return None
    shown = ", ".join(map(reader.facts.text, sizes))
    used = {n.id for n in ast.walk(ast.parse(f"({shown})")) if isinstance(n, ast.Name)}
    if used & reader.scope.varying:
        return None
    lengths = f"({shown})" if len(sizes) > 1 else shown
    kind = "".join(f", dtype={ast.unparse(each)}" for each in kinds)
    kind = kind.replace("numpy.", "NP.").replace("np.", "NP.")
    return _made(reader, f"NP.{name}({lengths}{kind})", sizes)
