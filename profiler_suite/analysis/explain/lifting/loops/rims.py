"""Windows that are cut off at the border: where the interior begins and ends."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Scope
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access, Label


@dataclass(frozen=True)
class Rim:
    """A nest in two parts."""

    interior: ast.For
    """The nest over the iterations whose windows are whole."""
    names: tuple[str, ...]
    """New names for where the interior begins and ends."""
    bounds: tuple[str, ...]
    """Statements that set them."""
    condition: str
    """Whether there is an interior."""
    loop: tuple[str, ...]
    """The nest as it was, without the interior."""


def has_cuts(
    node: ast.For, helpers: Mapping[str, ast.FunctionDef] = MappingProxyType({})
) -> bool:
    """Whether a slice in it, or in a helper that it calls, may be cut off at the border."""
    called = [
        helpers[each.func.id]
        for each in ast.walk(node)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id in helpers
    ]
    return any(isinstance(each, ast.Slice) for one in (node, *called) for each in ast.walk(one))


def rim(
    node: ast.For, scope: Scope, stores: Sequence[Store], lines: Sequence[str]
) -> Rim | None:
    """The nest split in two; None where iterations depend on one another."""
    loops: list[ast.For] = [node]
    while len(loops[-1].body) == 1 and isinstance(loops[-1].body[0], ast.For):
        loops.append(loops[-1].body[0])
    if not all(isinstance(each.target, ast.Name) for each in loops) or not stores:
        return None
    written = {store.target.base for store in stores}
    for store in stores:
        reads = {each.base for each in store.term.walk() if isinstance(each, Access)}
        if reads & written or len(store.labels) != len(loops):
            return None
        if {label.name for label in store.labels} - store.target.loops or store.guard:
            return None
    labels = stores[0].labels
    found: dict[Label, tuple[list[str], list[str]]] = {}
    for constraint in scope.constraints:
        names = [label for label in labels if label.name in constraint.atoms]
        if len(names) != 1:
            return None
        step = constraint.of(names[0].name).constant
        if not step:
            return None
        rest = constraint.without((names[0].name,))
        low, high = found.setdefault(names[0], ([], []))
        if step > 0:
            low.append(_divided(scope, rest, step, up=True))
        else:
            high.append(_divided(scope, rest, -step, up=False))
    return _written(node, loops, labels, found, scope, lines) if found else None


def _divided(scope: Scope, rest: Poly, step: int, up: bool) -> str:
    """The least index (or one past the largest) where step * index + rest is not negative."""
    if up:
        text = scope.facts.text(-rest)
        return text if step == 1 else f"-(-({text}) // {step})"
    text = scope.facts.text(rest)
    return f"{text} + 1" if step == 1 else f"({text}) // {step} + 1"


def _written(
    node: ast.For,
    loops: Sequence[ast.For],
    labels: Sequence[Label],
    found: dict[Label, tuple[list[str], list[str]]],
    scope: Scope,
    lines: Sequence[str],
) -> Rim | None:
    interior = copy.deepcopy(node)
    names: list[str] = []
    bounds: list[str] = []
    tests: list[str] = []
    some: list[str] = []
    inner: ast.stmt = interior
    for loop, label in zip(loops, labels, strict=True):
        assert isinstance(loop.target, ast.Name)
        assert isinstance(inner, ast.For)
        if label in found:
            call = loop.iter
            if not isinstance(call, ast.Call) or ast.unparse(call.func) != "range":
                return None
            if len(call.args) != 1:
                return None
            variable, count = loop.target.id, ast.unparse(call.args[0])
            first, last = f"first_{variable}", f"last_{variable}"
            low, high = found[label]
            lowest = ", ".join(dict.fromkeys(["0", *low]))
            begin = f"min(max({lowest}), {count})" if low else "0"
            end = ", ".join(dict.fromkeys([count, *high]))
            bounds.append(f"{first} = {begin}")
            bounds.append(f"{last} = min({end})" if high else f"{last} = {count}")
            names += [first, last]
            tests.append(f"{first} <= {variable} < {last}")
            some.append(f"{first} < {last}")
            inner.iter = ast.parse(f"range({first}, {last})", mode="eval").body
        inner = inner.body[0]
    body = loops[-1].body[0]
    taken = {*scope.facts.definitions, *scope.facts.parameters}
    if any(name in taken or name.replace("first_", "rim_") in taken for name in names):
        return None
    old = [line[node.col_offset :] for line in lines[node.lineno - 1 : node.end_lineno]]
    at = body.lineno - node.lineno
    short = _rim_only(loops, tests, names)
    if short and loops[-1].lineno == loops[-1].iter.end_lineno == body.lineno - 1:
        place = loops[-1].lineno - node.lineno
        space = " " * (loops[-1].col_offset - node.col_offset)
        lines_left = (*old[:place], *(f"{space}{line}" for line in short), *old[place + 1 :])
        return Rim(interior, tuple(names), tuple(bounds), " and ".join(some), lines_left)
    space = " " * (body.col_offset - node.col_offset)
    check = [f"{space}if {' and '.join(tests)}:", f"{space}    continue"]
    return Rim(
        interior=interior,
        names=tuple(names),
        bounds=tuple(bounds),
        condition=" and ".join(some),
        loop=(*old[:at], *check, *old[at:]),
    )


def _rim_only(
    loops: Sequence[ast.For], tests: Sequence[str], names: Sequence[str]
) -> tuple[str, ...]:
    """What the innermost loop becomes, over the rim alone; empty where it has no interior.

    Its range is cut in two wherever the outer loops are inside.
    """
    inner = loops[-1]
    assert isinstance(inner.target, ast.Name)
    each = inner.target.id
    if f"first_{each}" not in names or not isinstance(inner.iter, ast.Call):
        return ()
    outer = " and ".join(test for test in tests if f"<= {each} <" not in test)
    count = ast.unparse(inner.iter.args[0])
    rest = f"range(max(first_{each}, last_{each}), {count})"
    cut = f"(*range(first_{each}), *{rest})"
    chosen = f"{cut} if {outer} else range({count})" if outer else cut
    return f"rim_{each} = {chosen}", f"for {each} in rim_{each}:"
