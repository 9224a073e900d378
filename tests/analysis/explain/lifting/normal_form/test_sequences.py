"""Loops that stay: what is carried in them, and of which form."""

from profiler_suite.analysis.explain.lifting.normal_form.operations import apply
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.sequences import (
    forms,
    names_in,
    sequenced,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    At,
    CarriedValue,
    Index,
    Label,
    Leaf,
    Term,
)


def label(name: str, depth: int) -> Label:
    count = Poly.atom(f"{name}_count")
    return Label(name, count, count, Poly.number(1), depth)


I, K = label("@i", 0), label("@k", 1)  # noqa: E741
X = Access("x", (At(I.index),), (I, K), "float32")
S = CarriedValue("s", K)


def plus(a: Term, b: Term) -> Term:
    return apply("({0}) + ({1})", "+", a, b)


def times(a: Term, b: Term) -> Term:
    return apply("({0}) * ({1})", "*", a, b)


def test_names_that_nothing_follows_from_are_left_out() -> None:
    before: dict[str, Term] = {"s": Leaf("1.0", weak="float"), "t": Index(Poly())}
    found = {"s": plus(times(S, S), X), "t": X, "u": Gone()}
    made = sequenced(K, before, found, [], "", endless=False)
    assert made is not None
    assert list(made.updates) == ["s"]
    assert names_in(made.after("s"), K) == set()
    assert made.after("s").loops == {"@i"}


def test_a_name_that_is_not_known_before_makes_it_none() -> None:
    found = {"s": plus(S, CarriedValue("other", K))}
    assert sequenced(K, {"s": X}, found, [], "", endless=False) is None


def test_what_is_kept_of_every_iteration_runs_along_the_loop_too() -> None:
    made = sequenced(K, {"s": X}, {"s": times(S, S)}, [plus(S, X)], "", endless=False)
    assert made is not None
    assert made.of_each(plus(S, X)).loops == {"@i", "@k"}
    assert made.of_each(plus(S, X)).dtype == "float32"


def test_numbers_of_python_take_the_dtype_of_what_they_meet() -> None:
    starts: dict[str, Term] = {"s": Leaf("1.0", weak="float"), "n": Index(Poly())}
    updates = {"s": times(S, X), "n": plus(CarriedValue("n", K), Index(Poly.number(1)))}
    assert forms(K, starts, updates) == {"s": ("", "float32"), "n": ("int", "")}


def test_whole_numbers_that_grow_may_overflow() -> None:
    starts: dict[str, Term] = {"s": Index(Poly.number(1))}
    three = times(Index(Poly.number(3)), S)
    grows = sequenced(K, starts, {"s": three}, [], "", endless=False)
    counts = sequenced(K, starts, {"s": plus(S, Index(Poly.number(1)))}, [], "", endless=False)
    assert grows is not None
    assert grows.may_overflow
    assert counts is not None
    assert not counts.may_overflow
