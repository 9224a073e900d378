"""Slow paths of masked arrays: a mask carried along where what it leaves would do."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit

# What masks elements, and what it leaves of them.
_MASKS = (
    ("np.ma.masked_where(C, X)", "X[~C]"),
    ("np.ma.masked_array(X, mask=C)", "X[~C]"),
    ("np.ma.array(X, mask=C)", "X[~C]"),
    ("np.ma.masked_invalid(X)", "X[np.isfinite(X)]"),
    ("np.ma.masked_less(X, V)", "X[~(X < V)]"),
    ("np.ma.masked_less_equal(X, V)", "X[~(X <= V)]"),
    ("np.ma.masked_greater(X, V)", "X[~(X > V)]"),
    ("np.ma.masked_greater_equal(X, V)", "X[~(X >= V)]"),
    ("np.ma.masked_equal(X, V)", "X[X != V]"),
    ("np.ma.masked_not_equal(X, V)", "X[X == V]"),
)
_REDUCTIONS = frozenset(["mean", "sum", "std", "var", "min", "max", "prod", "median"])
_ELEMENTWISE = frozenset(
    ["sqrt", "log", "log10", "exp", "abs", "absolute", "sin", "cos", "tanh"]
)


@rule(
    "masked",
    looks_for="a masked array of which only sums, means and the like are used: its mask is "
    "carried through every operation in Python",
    rewrite="np.ma.masked_where(x < 0, x).mean() → x[~(x < 0)].mean()",
    exact="up to the rounding of sums, where not everything is masked",
    thread="https://github.com/SciTools/iris/issues/3470",
)
def masked_reduction(seen: Observation) -> Iterator[Finding]:
    """Masked arrays that are only reduced to single numbers."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        for one in patterns.found(function, [mask for mask, _ in _MASKS], lambda _: True):
            changed = _changes(function, one.node)
            template = next(t for m, t in _MASKS if patterns.match(function, one.node, m))
            text = patterns.rendered(one, template)
            if changed is None or text is None:
                continue
            edits += [rewriting.edit(function, one.node, text), *changed]
            lines.append(one.line)
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="take the elements that are not masked into a plain array",
                lines=[*lines, *(_line(function, each) for each in edits)],
                evidence="every operation on a masked array is Python around two of NumPy's",
            )


def _line(function: Function, edit: Edit) -> int:
    return function.text.count("\n", 0, edit.start) + 1 + function.shift


def _changes(function: Function, made: ast.expr) -> list[Edit] | None:
    """What else has to change where a masked array is used; None where it must stay one."""
    parent = function.parents[made]
    uses: list[ast.expr] = [made]
    if isinstance(parent, ast.Assign):
        name = parent.targets[0]
        if len(parent.targets) != 1 or not isinstance(name, ast.Name):
            return None
        named = [use for use in function.uses(name.id) if use is not name]
        if not named or any(isinstance(use.ctx, ast.Store) for use in named):
            return None
        uses = list(named)
    found: list[Edit] = []
    for use in uses:
        changed = _to_a_number(function, use)
        if changed is None:
            return None
        found += changed
    return found


def _to_a_number(function: Function, node: ast.expr) -> list[Edit] | None:
    """The edits on the way from a use to the reduction that makes a single number of it."""
    parent = function.parents[node]
    if isinstance(parent, ast.Attribute):
        return _of_method(function, parent)
    if isinstance(parent, ast.Call) and parent.args == [node] and not parent.keywords:
        owner, _, name = function.qualified(parent.func).rpartition(".")
        if owner not in ("numpy", "numpy.ma"):
            return None
        renamed = rewriting.edit(function, parent.func, f"{function.numpy}.{name}")
        own = [renamed] if owner == "numpy.ma" else []
        if name in _REDUCTIONS:
            return own
        further = _to_a_number(function, parent) if name in _ELEMENTWISE else None
        return [*own, *further] if further is not None else None
    if isinstance(parent, ast.BinOp):
        other = parent.right if parent.left is node else parent.left
        form = forms.of(function, other)
        if form is not None and form.kind in ("number", "python"):
            return _to_a_number(function, parent)
    return None


def _of_method(function: Function, attribute: ast.Attribute) -> list[Edit] | None:
    call = function.parents[attribute]
    if (
        not isinstance(call, ast.Call)
        or call.func is not attribute
        or call.args
        or call.keywords
    ):
        return None
    held = function.text_of(attribute.value)
    if attribute.attr == "count" and isinstance(attribute.value, ast.Name):
        return [rewriting.edit(function, call, f"{held}.size")]
    if attribute.attr == "compressed" and isinstance(attribute.value, ast.Name):
        return [rewriting.edit(function, call, held)]
    return [] if attribute.attr in _REDUCTIONS - {"median"} else None
