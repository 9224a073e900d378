"""Slow paths of lengths and distances: careful roots, and roots that only are compared."""

import ast
from collections.abc import Iterator

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule
from profiler_suite.measure.explain.records import Edit


@rule(
    "distances",
    looks_for="np.hypot: it keeps squares from overflowing, element by element",
    rewrite="np.hypot(x, y) → np.sqrt(x ** 2 + y ** 2)",
    exact="up to rounding, where no square overflows",
    thread="https://github.com/numpy/numpy/issues/14761",
)
def hypotenuse(seen: Observation) -> Iterator[Finding]:
    """Lengths of vectors of two numbers."""
    return seen.rewrites(
        ("np.hypot(X, Y)", "np.sqrt(X ** 2 + Y ** 2)"),
        where=lambda one: seen.holds(one, "f", "X", "Y"),
        title="square, add and take the root, whole arrays at a time",
    )


@rule(
    "distances",
    looks_for="the root of a square",
    rewrite="np.sqrt(x ** 2) → np.abs(x)",
    exact="up to rounding, where no square overflows",
    thread="https://github.com/tinygrad/tinygrad/pull/12199",
)
def root_of_square(seen: Observation) -> Iterator[Finding]:
    """Absolute values by way of squares."""
    return seen.rewrites(
        ("np.sqrt(X ** 2)", "np.abs(X)"),
        ("np.sqrt(X * X)", "np.abs(X)"),
        ("np.sqrt(np.square(X))", "np.abs(X)"),
        ("(X ** 2) ** 0.5", "np.abs(X)"),
        where=lambda one: seen.holds(one, "f", "X", kinds="array"),
        title="the absolute value is the root of the square",
    )


_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ROOTS = (
    ("np.sqrt(E)", "E"),
    ("E ** 0.5", "E"),
    ("np.hypot(X, Y)", "X ** 2 + Y ** 2"),
)


@rule(
    "distances",
    looks_for="roots of sums of squares that are only compared with a number",
    rewrite="np.sqrt(dx**2 + dy**2) < r → dx**2 + dy**2 < r**2",
    exact="where r is not negative and no distance is r but for rounding",
    thread="https://github.com/briandconnelly/seeds/issues/11",
)
def squared_limit(seen: Observation) -> Iterator[Finding]:
    """Discs, balls and everything within a radius."""
    for function in seen.functions:
        edits: list[Edit] = []
        lines: list[int] = []
        for node in function.nodes:
            made = _of_squares(function, node)
            if made:
                edits += made
                lines += [function.text.count("\n", 0, e.start) + 1 for e in made]
        if edits:
            yield from seen.edited(
                function,
                edits,
                title="compare the squares",
                lines=[each + function.shift for each in lines],
            )


def _of_squares(function: Function, node: ast.AST) -> list[Edit]:
    """The edits that make a comparison of roots one of squares; none where it is another."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return []
    sign, limit = _SIGNS.get(type(node.ops[0])), node.comparators[0]
    if sign is None or not _is_a_limit(function, limit):
        return []
    made = syntax.set_for_one_use(function, node.left)
    root = made.value if made is not None else node.left
    squares = _squares(function, root)
    if squares is None:
        return []
    squared = f"{rewriting.written(function, limit)} ** 2"
    left = squares if made is None else function.text_of(node.left)
    compared = rewriting.edit(function, node, f"{left} {sign} {squared}")
    return [compared] if made is None else [rewriting.edit(function, root, squares), compared]


def _is_a_limit(function: Function, node: ast.expr) -> bool:
    """Whether it is a number, not negative as far as is known, that costs nothing to square."""
    known = rewriting.number(node)
    if known is not None:
        return known >= 0
    form = forms.of(function, node)
    return form is not None and form.kind in ("python", "number") and form.letter in "if"


def _squares(function: Function, node: ast.expr) -> str | None:
    """What a root is taken of, if that is a sum of squares."""
    for pattern, template in _ROOTS:
        one = patterns.match(function, node, pattern)
        if one is None:
            continue
        held = [one.form(name) for name in one.captures]
        if any(f is not None and (f.kind == "other" or f.letter not in "f") for f in held):
            return None
        if "E" in one.captures and not _is_a_sum_of_squares(function, one["E"]):
            return None
        return patterns.rendered(one, template)
    return None


_SUMS = ("np.sum(E, **KW)", "np.sum(E, K)", "E.sum(**KW)", "E.sum(K)")
_SQUARES = ("X ** 2", "X * X", "np.square(X)", "np.abs(X) ** 2")


def _is_a_sum_of_squares(function: Function, node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return all(_is_a_sum_of_squares(function, each) for each in (node.left, node.right))
    for pattern in _SUMS:
        one = patterns.match(function, node, pattern)
        if one is not None:
            return _is_a_sum_of_squares(function, one["E"])
    return any(_real(patterns.match(function, node, each)) for each in _SQUARES)


def _real(one: Match | None) -> bool:
    if one is None:
        return False
    form = one.form("X")
    return form is None or form.letter in "iuf"
