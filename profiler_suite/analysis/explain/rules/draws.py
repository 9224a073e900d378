"""Slow paths of draws with weights: probabilities that are added up for every draw."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import drawn_before, forms
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


class _WeightedDraw(NamedTuple):
    """One number drawn by the probabilities of an array, or of one of its rows, in a loop."""

    call: ast.Call
    loop: ast.For | ast.While
    """The outermost one in which the weights stay the same."""
    weights: ast.expr
    row: str
    """`[i]`, or nothing."""
    items: str
    """What is drawn of; nothing where that is whole numbers."""


@rule(
    "draws",
    looks_for="a choice with probabilities in a loop: they are checked and added up each time",
    rewrite="k = rng.choice(n, p=p[k]) → sums = np.cumsum(p, axis=-1).tolist(), once, and "
    "k = bisect.bisect_right(sums[k], rng.random())",
    exact="the same numbers of the same stream; what is no probability is no error any more",
    thread="https://github.com/caporaso-lab/sourcetracker2/issues/79",
)
def weighted_draw(seen: Observation) -> Iterator[Finding]:
    """Draws with weights, from sums that are made once."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        sums: dict[tuple[str, ast.AST], str] = {}
        for node in function.nodes:
            one = _weighted(function, node)
            if one is None:
                continue
            weights = function.text_of(one.weights)
            key = (weights, one.loop)
            if key not in sums:
                hint = f"sums_of_{weights if weights.isidentifier() else 'weights'}"
                sums[key] = name = rewriting.new_name(function, hint, sums.values())
                edits += rewriting.inserted(function, {one.loop.lineno: _sums(weights, name)})
            assert isinstance(one.call.func, ast.Attribute)
            drawn = f"{function.text_of(one.call.func.value)}.random()"
            place = f"bisect.bisect_right({sums[key]}{one.row}, {drawn})"
            text = f"{one.items}[{place}]" if one.items else place
            edits.append(rewriting.edit(function, one.call, text))
            lines.append(one.call.lineno + function.shift)
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="add up the probabilities before the loop, and look draws up in them",
                lines=lines,
                helpers=("import bisect", "import numpy as np"),
                evidence="a choice checks and adds up the probabilities for every number; "
                "provided that they add up to 1",
            )


def _sums(weights: str, name: str) -> list[str]:
    return [
        f"{name} = np.cumsum({weights}, axis=-1)",
        f"{name} = ({name} / {name}[..., -1:]).tolist()",
    ]


def _weighted(function: Function, node: ast.AST) -> _WeightedDraw | None:
    """rng.choice(x, p=p) and rng.choice(x, p=p[i]) in a loop that changes neither."""
    if not drawn_before.is_random(function, node) or not isinstance(node, ast.Call):
        return None
    named = [each.arg for each in node.keywords]
    drawing = isinstance(node.func, ast.Attribute) and node.func.attr == "choice"
    if not drawing or named != ["p"] or len(node.args) != 1:
        return None
    (items,) = node.args
    weights, row = node.keywords[0].value, ""
    if isinstance(weights, ast.Subscript) and isinstance(weights.slice, ast.Name):
        row = f"[{weights.slice.id}]"
        weights = weights.value
    whole = _is_whole(function, items)
    if not _are_weights(function, weights, 2 if row else 1):
        return None
    if not whole and not _is_series(function, items):
        return None
    asked = syntax.names_in(weights) | (set() if whole else syntax.names_in(items))
    loops = [
        each
        for each in function.around(node)
        if isinstance(each, ast.For | ast.While) and not asked & syntax.changed_in(each)
    ]
    if not loops or function.lines[loops[-1].lineno - 1][: loops[-1].col_offset].strip():
        return None
    of = "" if whole else function.text_of(items)
    return _WeightedDraw(node, loops[-1], weights, row, of)


def _is_whole(function: Function, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) == "len"
    form = forms.of(function, node)
    return form is not None and form.kind in ("python", "number") and form.letter in "iu"


def _are_weights(function: Function, node: ast.expr, rank: int) -> bool:
    """Whether it is an array with so many axes, or numbers that are written out."""
    if isinstance(node, ast.List | ast.Tuple):
        return rank == 1 and all(rewriting.number(each) is not None for each in node.elts)
    form = forms.of(function, node)
    known = form is not None and form.kind == "array" and form.dtype == "float64"
    return known and isinstance(node, ast.Name) and form is not None and len(form.shape) == rank


def _is_series(function: Function, node: ast.expr) -> bool:
    """Whether it is an array with one axis, or constants that are written out."""
    if isinstance(node, ast.List | ast.Tuple):
        known = (
            isinstance(e, ast.Constant) or rewriting.number(e) is not None for e in node.elts
        )
        return all(known)
    form = forms.of(function, node)
    array = form is not None and form.kind == "array" and len(form.shape) == 1
    return array and isinstance(node, ast.Name)
