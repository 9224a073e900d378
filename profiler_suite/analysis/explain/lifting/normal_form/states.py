"""A name with few values: `if s == 0 and x > high: s = 1`, `elif s == 1 and x < low: s = 0`.

Where every combination of the conditions either sets the name to one number, whatever it
was, or leaves it, the name is what was last set. A combination that does neither must never
occur: then the loop stays as it was.
"""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Index,
    Leaf,
    Refusal,
    Term,
)

_MOST_VALUES = 6
_MOST_TESTS = 5
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EXCLUDING = {("<", ">"), (">", "<"), ("<", "=="), ("==", "<"), (">", "=="), ("==", ">")}

Value = int | float | bool
Case = tuple[bool, ...]
"""Which of the conditions hold."""


@dataclass(frozen=True)
class States:
    """What an iteration sets a name to, and where it does."""

    value: Term
    mask: Term
    never: Term | None
    """What must hold in no iteration; None where nothing needs to."""


def value_before(name: str, leading: Sequence[ast.stmt]) -> Term | None:
    """The constant that a name is set to before a loop; None where it may be another."""
    for statement in reversed(leading):
        if name not in stored_names([statement]):
            continue
        if not isinstance(statement, ast.Assign):
            return None
        for target in statement.targets:
            pairs = [(target, statement.value)]
            if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple):
                pairs = list(zip(target.elts, statement.value.elts, strict=False))
            for place, value in pairs:
                if isinstance(place, ast.Name) and place.id == name:
                    return _term(value)
        return None
    return None


def _term(node: ast.expr) -> Term | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        return None
    if type(value) is int:
        return Index(Poly.number(value))
    if type(value) in (float, bool):
        return Leaf(repr(value), weak=type(value).__name__)
    return None


def states(update: Term, old: CarriedValue, start: Term) -> States | None:
    """The name as what was last set; None where it is anything else."""
    tests = list(dict.fromkeys(_tests(update, old)))
    terms: dict[Value, Term] = {}
    try:
        first = _constant(start, terms)
        if not 0 < len(tests) <= _MOST_TESTS:
            return None
        cases = [each for each in _cases(len(tests)) if not _is_impossible(each, tests)]
        tables = _tables(update, old, tests, cases, first, terms)
    except Refusal:
        return None
    return _joined(tables, tests, terms)


def _cases(count: int) -> Iterator[Case]:
    return itertools.product((True, False), repeat=count)


def _tests(term: Term, old: CarriedValue) -> Iterator[Term]:
    """The conditions in it that do not ask for the name."""
    if ops.is_truth(term) and not isinstance(term, Leaf) and not _asks(term, old):
        if isinstance(term, Apply) and term.name in ("&", "|", "~"):
            for each in term.args:
                yield from _tests(each, old)
        else:
            yield term
        return
    for each in term.children:
        yield from _tests(each, old)


def _asks(term: Term, old: CarriedValue) -> bool:
    return any(each == old for each in term.walk())


def _is_impossible(case: Case, tests: Sequence[Term]) -> bool:
    """Whether `a > b` and `a < b` both hold in it."""
    held = [each for each, holds in zip(tests, case, strict=True) if holds]
    return any(
        isinstance(a, Apply)
        and isinstance(b, Apply)
        and (a.name, b.name) in _EXCLUDING
        and a.args == b.args
        for a, b in itertools.combinations(held, 2)
    )


def _tables(
    update: Term,
    old: CarriedValue,
    tests: Sequence[Term],
    cases: Sequence[Case],
    first: Value,
    terms: dict[Value, Term],
) -> dict[Case, dict[Value, Value]]:
    """For each case what every value becomes, of those that can be reached."""
    reached = [first]
    tables: dict[Case, dict[Value, Value]] = {case: {} for case in cases}
    for value in reached:
        for case in cases:
            known = dict(zip(tests, case, strict=True))
            new = _value(update, old, value, known, terms)
            tables[case][value] = new
            if new not in reached:
                reached.append(new)
        if len(reached) > _MOST_VALUES:
            raise Refusal("too many values")
    return tables


def _constant(term: Term, terms: dict[Value, Term]) -> Value:
    """The number that a term is; refused for any other."""
    value: object = None
    if isinstance(term, Index):
        value = term.index.constant
    elif isinstance(term, Leaf) and term.weak in ("float", "bool", "int"):
        try:
            value = ast.literal_eval(term.text)
        except (ValueError, SyntaxError):
            value = None
    elif isinstance(term, Apply) and term.name == "neg":
        value = -_constant(term.args[0], {})
    if not isinstance(value, int | float):
        raise Refusal("not a constant")
    if any(type(each) is not type(value) for each in terms):
        raise Refusal("constants of several types")
    terms.setdefault(value, term)
    return value


def _value(
    term: Term,
    old: CarriedValue,
    value: Value,
    known: Mapping[Term, bool],
    terms: dict[Value, Term],
) -> Value:
    """What a term is where the name has this value and these conditions hold or not."""

    def inner(each: Term) -> Value:
        return _value(each, old, value, known, {})

    if term == old:
        return value
    if term in known:
        return known[term]
    if isinstance(term, Apply) and term.name == "where":
        test, yes, no = term.args
        return _value(yes if inner(test) else no, old, value, known, terms)
    if isinstance(term, Apply) and term.name in COMPARED:
        left, right = term.args
        return COMPARED[term.name](inner(left), inner(right))
    if isinstance(term, Apply) and term.name in ("&", "|") and ops.is_truth(term):
        held = [bool(inner(each)) for each in term.args]
        return all(held) if term.name == "&" else any(held)
    if isinstance(term, Apply) and term.name == "~":
        return not inner(term.args[0])
    return _constant(term, terms)


def _joined(
    tables: Mapping[Case, Mapping[Value, Value]],
    tests: Sequence[Term],
    terms: Mapping[Value, Term],
) -> States | None:
    """The conditions under which each number is set, in as few words as they take."""
    leaving = {c for c, table in tables.items() if all(a == b for a, b in table.items())}
    setting: dict[Value, set[Case]] = {}
    for case, table in tables.items():
        if case not in leaving and len(set(table.values())) == 1:
            setting.setdefault(next(iter(table.values())), set()).add(case)
    other = tables.keys() - leaving - set().union(*setting.values())
    if not setting or any(value not in terms for value in setting):
        return None
    impossible = set(_cases(len(tests))) - tables.keys()
    masks = {
        value: _condition(cases, other | impossible, tests) for value, cases in setting.items()
    }
    values = list(masks)
    chosen = terms[values[-1]]
    for value in values[-2::-1]:
        chosen = ops.where(masks[value], terms[value], chosen)
    never = _condition(other, impossible, tests) if other else None
    return States(chosen, ops.joined("|", list(masks.values())), never)


def _condition(cases: set[Case], free: set[Case], tests: Sequence[Term]) -> Term:
    """A condition for all of these cases, and perhaps some of those that are free."""
    every = set(_cases(len(tests)))
    single = [
        (term, {case for case in every if case[k] is holds})
        for k, test in enumerate(tests)
        for holds, term in ((True, test), (False, ops.negated(test)))
    ]
    pairs = list(itertools.combinations(single, 2))
    tried = [
        *single,
        *((ops.joined("&", [a, b]), one & other) for (a, one), (b, other) in pairs),
        *((ops.joined("|", [a, b]), one | other) for (a, one), (b, other) in pairs),
    ]
    for term, held in tried:
        if cases <= held <= cases | free:
            return term
    whole = []
    for case in sorted(cases, reverse=True):
        parts = [t if holds else ops.negated(t) for t, holds in zip(tests, case, strict=True)]
        whole.append(ops.joined("&", parts))
    return ops.joined("|", whole)
