"""Slow paths of choices among constants: a branch for every element, of which half go wrong."""

import ast
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from profiler_suite.analysis.explain.rewrites import forms, patterns
from profiler_suite.analysis.explain.rewrites.patterns import Match
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.explain.rules.registry import rule

_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
# More comparisons than this take longer than a search among the limits.
_MOST_STEPS = 16


@rule(
    "choices",
    looks_for="np.where that chooses between two constants: a branch for every element",
    rewrite="np.where(x > 0, 1, 0) → (x > 0).astype(int)",
    exact="always",
    thread="https://github.com/numpy/numpy/pull/21130",
)
def two_constants(seen: Observation) -> Iterator[Finding]:
    """Truth values made numbers."""
    return seen.written(
        ("np.where(C, A, B)",),
        _of_two,
        where=_is_of_truth_values,
        title="let the truth values be the numbers, or look these up",
    )


def _is_of_truth_values(one: Match) -> bool:
    form = one.form("C")
    return form is not None and form.kind == "array" and form.letter == "b"


def _of_two(one: Match) -> str:
    """What stands for a choice between two numbers; empty where it is another."""
    chosen, other = _constant(one["A"]), _constant(one["B"])
    if chosen is None or other is None or isinstance(chosen, str) or isinstance(other, str):
        return ""
    kind = "float" if isinstance(chosen, float) or isinstance(other, float) else "int"
    table: dict[tuple[float, float], str] = {
        (1, 0): f"C.astype({kind})",
        (0, 1): f"(~C).astype({kind})",
    }
    template = table.get((chosen, other), "np.array([B, A])[C.view(np.int8)]")
    return patterns.rendered(one, template) or ""


class _Steps(NamedTuple):
    """Constants by limits of one array, in the order in which they are asked for."""

    of: ast.expr
    signs: Sequence[str]
    limits: Sequence[str]
    values: Sequence[str]
    otherwise: str


@rule(
    "choices",
    looks_for="constants chosen by limits, by nested np.where or np.select: a branch for every "
    "element and limit",
    rewrite="np.where(x < 0, a, np.where(x < 1, b, c)) → "
    "np.array([c, b, a])[(x < 0).view(np.int8) + (x < 1)]",
    exact="always, NaN included",
    thread="https://github.com/numpy/numpy/pull/21130",
)
def steps(seen: Observation) -> Iterator[Finding]:
    """Functions that are constant between limits."""
    table = (
        "np.where(C, V, REST)",
        "np.select(CASES, VALUES)",
        "np.select(CASES, VALUES, REST)",
        "np.select(CASES, VALUES, default=REST)",
    )

    def write(one: Match) -> str | None:
        found = _steps(one)
        return _looked_up(one, found) if found is not None else None

    return seen.written(
        table,
        write,
        where=lambda m: _steps(m) is not None,
        title="count the limits that hold, and look the constants up",
    )


def _looked_up(one: Match, found: _Steps) -> str | None:
    values = ", ".join((found.otherwise, *reversed(found.values)))
    tests = [
        f"(X {sign} {limit})" for sign, limit in zip(found.signs, found.limits, strict=True)
    ]
    template = f"np.array([{values}])[{' + '.join([f'{tests[0]}.view(np.int8)', *tests[1:]])}]"
    return patterns.rendered(Match(one.function, one.node, {"X": found.of}), template)


def _steps(one: Match) -> _Steps | None:
    """The choice as steps of one array; None where it is none."""
    cases, values, otherwise = _cases(one.function, one.node)
    if not 1 < len(cases) == len(values) or len(cases) > _MOST_STEPS or otherwise is None:
        return None
    constants = [_constant(each) for each in (*values, otherwise)]
    tests = [_test(each) for each in cases]
    first = tests[0]
    if first is None or None in constants:
        return None
    form = forms.of(one.function, first[0])
    if form is None or form.kind != "array" or form.letter not in "iuf":
        return None
    known = [each for each in tests if each is not None]
    if len({ast.dump(each[0]) for each in known}) != 1 or len(known) < len(tests):
        return None
    signs = [each[1] for each in known]
    limits = [each[2] for each in known]
    ordered = limits if signs[0][0] == "<" else [-each for each in limits]
    rising = all(low < high for low, high in itertools.pairwise(ordered))
    if not rising or len({each[0] for each in signs}) != 1:
        return None
    texts = [repr(each) for each in limits]
    chosen = [repr(each) for each in constants]
    return _Steps(first[0], signs, texts, chosen[:-1], chosen[-1])


def _cases(
    function: Function, node: ast.expr
) -> tuple[list[ast.expr], list[ast.expr], ast.expr | None]:
    """Conditions, what each chooses, and what is chosen where none holds."""
    for pattern in ("np.select(A, B)", "np.select(A, B, R)", "np.select(A, B, default=R)"):
        one = patterns.match(function, node, pattern)
        if one is not None:
            cases, values = one["A"], one["B"]
            if isinstance(cases, ast.List) and isinstance(values, ast.List):
                rest = one["R"] if "R" in one.captures else ast.Constant(0)
                return cases.elts, values.elts, rest
    cases_, values_ = [], []
    while (one := patterns.match(function, node, "np.where(C, V, R)")) is not None:
        cases_.append(one["C"])
        values_.append(one["V"])
        node = one["R"]
    return cases_, values_, node


def _test(node: ast.expr) -> tuple[ast.expr, str, int | float] | None:
    """What is compared, how, and with which number."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    sign = _SIGNS.get(type(node.ops[0]), "")
    limit = _constant(node.comparators[0])
    if not sign or limit is None or isinstance(limit, str):
        return None
    return node.left, sign, limit


def _constant(node: ast.expr) -> int | float | str | None:
    """A number or a text that is written out; None for anything else, truth values too."""
    signed = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    held = node.operand if isinstance(node, ast.UnaryOp) and signed else node
    if not isinstance(held, ast.Constant) or isinstance(held.value, bool):
        return None
    if isinstance(held.value, str):
        return None if signed else held.value
    if not isinstance(held.value, int | float):
        return None
    return -held.value if signed else held.value


_MOST_MEMBERS = 4


@rule(
    "choices",
    looks_for="np.isin with two to four values: tables and sorts for a few comparisons",
    rewrite="np.isin(x, [3, 5]) → (x == 3) | (x == 5)",
    exact="always",
    thread="https://github.com/numpy/numpy/pull/12065",
)
def few_members(seen: Observation) -> Iterator[Finding]:
    """Elements that are one of a few."""

    def write(one: Match) -> str | None:
        members = [one.function.text_of(each) for each in _members(one)]
        return patterns.rendered(one, " | ".join(f"(X == {each})" for each in members))

    return seen.written(
        ("np.isin(X, L)", "np.in1d(X, L)"),
        write,
        where=_is_of_few,
        title="compare with each of the few values",
    )


def _is_of_few(one: Match) -> bool:
    form, members = one.form("X"), _members(one)
    wanted = str if form is not None and form.letter == "U" else int | float
    return (
        form is not None
        and form.kind == "array"
        and form.letter in "iufU"
        and 1 < len(members) <= _MOST_MEMBERS
        and all(isinstance(_constant(each), wanted) for each in members)
    )


def _members(one: Match) -> list[ast.expr]:
    node = one["L"]
    return node.elts if isinstance(node, ast.List | ast.Tuple) else []
