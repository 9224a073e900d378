"""Powers with an exponent that has a shorter way: squares, cubes, roots, powers of two."""

import ast
import math
from collections.abc import Iterator

from profiler_suite.analysis.explain.rewrites import call_rewrites
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rules.evidence import at, counted
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule


@rule(
    "powers",
    looks_for="a power with a small exponent: a logarithm and an exponential per element",
    rewrite="x**3 → x*x*x, x**1.5 → x*np.sqrt(x)",
    exact="up to rounding",
    thread="https://github.com/numba/numba/issues/167",
)
def power(seen: Observation) -> Iterator[Finding]:
    """Powers of floating-point numbers."""
    for function in seen.functions:
        chosen = [o for o in seen.operations(function) if o.name in ("np.power", "scalar.pow")]
        if seen.traced and not chosen:
            continue
        lines = {line.line for o in chosen for line in o.lines} or set(seen.lines_of(function))
        found = seen.finding(
            function,
            call_rewrites.without_powers(function, lines),
            title=f"{at(lines)}: multiply instead of raising to a power",
            evidence=f"{counted(chosen) or 'powers'}: a logarithm and an exponential each",
            lines=lines,
        )
        if found is not None:
            yield found


@rule(
    "powers",
    looks_for="np.power or ** of integers with a small exponent: a generic loop",
    rewrite="np.power(x, 2) → x * x",
    exact="always: integers wrap alike",
    thread="https://github.com/numpy/numpy/issues/6399",
)
def integer_power(seen: Observation) -> Iterator[Finding]:
    """Powers of integers, and squares by np.power."""
    squares = (("np.power(X, 2)", "X * X"), ("np.float_power(X, 2)", "X * (1.0 * X)"))
    return seen.rewrites(
        *squares,
        ("np.power(X, 3)", "X * X * X"),
        ("np.power(X, 4)", "X * X * X * X"),
        ("X ** 3", "X * X * X"),
        ("X ** 4", "X * X * X * X"),
        where=lambda m: (
            not isinstance(m["X"], ast.Constant)
            and (seen.holds(m, "iu", "X") or (_squares(m) and seen.holds(m, "iufc", "X")))
        ),
        title="multiply instead of raising to a power",
    )


def _squares(one: Match) -> bool:
    node = one.node
    return (
        isinstance(node, ast.Call)
        and isinstance(node.args[1], ast.Constant)
        and (node.args[1].value == 2)
    )


@rule(
    "powers",
    looks_for="% or // of integers by a power of two: a division per element",
    rewrite="x % 8 → x & 7, x // 8 → x >> 3",
    exact="always for integers, negative ones too",
    thread="https://github.com/faster-cpython/ideas/issues/594",
)
def power_of_two(seen: Observation) -> Iterator[Finding]:
    """Integers divided by a power of two."""
    table = [
        row
        for k in range(1, 17)
        for row in ((f"X % {2**k}", f"X & {2**k - 1}"), (f"X // {2**k}", f"X >> {k}"))
    ]
    return seen.rewrites(
        *table,
        where=lambda m: seen.holds(m, "iu", "X") and m.form("X") is not None,
        title="shift and mask instead of dividing by a power of two",
    )


@rule(
    "powers",
    looks_for="% or // of floating-point numbers: an exact division, bit by bit, per element",
    rewrite="x % 1.0 → x - np.floor(x)",
    exact="always for finite numbers and a power of two; else a hint: multiples may be off by "
    "rounding",
    thread="https://github.com/numpy/numpy/pull/7258",
)
def whole_part(seen: Observation) -> Iterator[Finding]:
    """Fractions and whole parts of floating-point numbers."""

    def suits(one: Match) -> bool:
        form, by = one.form("X"), one.form("N")
        number = by is not None and by.kind in ("python", "number")
        array = form is not None and form.kind == "array" and form.letter == "f"
        return array and (number or one.number("N") is not None)

    def by_one(one: Match) -> bool:
        return suits(one) and one.number("N") == 1

    def by_power_of_two(one: Match) -> bool:
        by = one.number("N") or 0.0
        return suits(one) and by > 1 and math.frexp(by)[0] == _POWER_OF_TWO

    def by_other(one: Match) -> bool:
        return suits(one) and not by_one(one) and not by_power_of_two(one)

    title = "round down instead of dividing with a remainder"
    yield from seen.rewrites(
        *((each, "X - np.floor(X)") for each in _REMAINDERS),
        *((each, "np.floor(X)") for each in _QUOTIENTS),
        ("np.fmod(X, N)", "X - np.trunc(X)"),
        where=by_one,
        title=title,
    )
    for where, answer in ((by_power_of_two, "same"), (by_other, "other")):
        yield from seen.rewrites(
            *((each, "X - N * np.floor(X / N)") for each in _REMAINDERS),
            *((each, "np.floor(X / N)") for each in _QUOTIENTS),
            where=where,
            title=title,
            answer=answer,
        )


_REMAINDERS = ("X % N", "np.mod(X, N)", "np.remainder(X, N)")
_QUOTIENTS = ("X // N", "np.floor_divide(X, N)")
# The mantissa of a power of two.
_POWER_OF_TWO = 0.5


@rule(
    "powers",
    looks_for="a number raised to the powers in an array: a logarithm and an exponential each",
    rewrite="10 ** (x / 20) → np.exp(np.log(10) / 20 * x), 2 ** x → np.exp2(x)",
    exact="up to rounding",
    thread="https://github.com/numpy/numpy/issues/22651",
)
def constant_base(seen: Observation) -> Iterator[Finding]:
    """Decibels, octaves, orders of magnitude."""

    def doubles(one: Match) -> bool:
        form = one.form("X")
        base = one.number("B") if "B" in one.captures else 2
        scale = one.number("C") if "C" in one.captures else 1
        return (
            form is not None
            and (form.kind, form.dtype) == ("array", "float64")
            and base is not None
            and base > 0
            and bool(scale)
        )

    table = [("2 ** X", "np.exp2(X)"), ("np.power(2, X)", "np.exp2(X)")]
    for pattern in ("B ** E", "np.power(B, E)"):
        for exponent, scaled in (
            ("X / C", "np.log(B) / C * X"),
            ("X * C", "C * np.log(B) * X"),
            ("C * X", "C * np.log(B) * X"),
            ("X", "np.log(B) * X"),
        ):
            held = f"({exponent})" if pattern.startswith("B") else exponent
            table.append((pattern.replace("E", held), f"np.exp({scaled})"))
    return seen.rewrites(
        *table, where=doubles, title="take the logarithm of the base once, not per element"
    )
