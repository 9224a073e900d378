"""A new value as a multiple of the old one, and what is added: `x + dt * (u - x) / tau`."""

from __future__ import annotations

from dataclasses import dataclass

from profiler_suite.analysis.explain.lifting.normal_form import operations as ops
from profiler_suite.analysis.explain.lifting.normal_form.dtypes import dtype_of, weak_of
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Index,
    Term,
)

_ONE = Index(Poly.number(1))


@dataclass(frozen=True)
class Linear:
    """factor * old + rest; None for zero."""

    factor: Term | None
    rest: Term | None


def linear(term: Term, old: CarriedValue) -> Linear | None:
    """The term as a multiple of an old value and a rest; None where it is no such sum."""
    if term == old:
        return Linear(_ONE, None)
    if all(each != old for each in term.walk()):
        return Linear(None, term) if _is_number(term) else None
    if not isinstance(term, Apply):
        return None
    parts = [linear(each, old) for each in term.args]
    if any(each is None for each in parts):
        return None
    first, *others = [each for each in parts if each is not None]
    if term.name == "neg":
        return Linear(_negative(first.factor), _negative(first.rest))
    if not others:
        return None
    second = others[0]
    if term.name in ("+", "-"):
        return Linear(
            _sum(term.name, first.factor, second.factor),
            _sum(term.name, first.rest, second.rest),
        )
    if term.name == "*" and first.factor is None:
        first, second = second, first
    if term.name in ("*", "/") and second.factor is None and second.rest is not None:
        by = second.rest
        return Linear(*(_times(term.name, each, by) for each in (first.factor, first.rest)))
    return None


def _is_number(term: Term) -> bool:
    """Whether it is real or complex, or one of Python's own numbers."""
    dtype = dtype_of(term)
    if weak_of(term):
        return weak_of(term) in ("int", "float", "complex")
    return dtype is not None and dtype.kind in "iufc"


def _negative(term: Term | None) -> Term | None:
    if term is None:
        return None
    if isinstance(term, Index):
        return Index(-term.index, term.labels)
    if isinstance(term, Apply) and term.name == "neg":
        return term.args[0]
    return Apply("-({0})", (term,), "neg")


def _sum(sign: str, left: Term | None, right: Term | None) -> Term | None:
    if right is None:
        return left
    if left is None:
        return right if sign == "+" else _negative(right)
    if isinstance(right, Apply) and right.name == "neg":
        sign, right = "-" if sign == "+" else "+", right.args[0]
    return ops.apply(f"({{0}}) {sign} ({{1}})", sign, left, right)


def _times(sign: str, left: Term | None, right: Term) -> Term | None:
    """A product or a quotient, its sign in front of it."""
    if left is None:
        return None
    if sign == "*" and left == _ONE:
        return right
    opposite = _negative(left)
    if opposite == _ONE or (isinstance(left, Apply) and left.name == "neg"):
        return _negative(_times(sign, opposite, right))
    return ops.apply(f"({{0}}) {sign} ({{1}})", sign, left, right)
