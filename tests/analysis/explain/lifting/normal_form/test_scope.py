"""What names stand for while a nest is read."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone, Scope
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Index,
    Leaf,
    Refusal,
)
from tests.analysis.explain.lifting.reading import facts_of, read, reader_of, scope_of


def test_names_stand_for_what_they_held() -> None:
    scope = scope_of()
    matrix = scope.array("m")
    assert isinstance(matrix, Access)
    assert [each.count.text() for each in matrix.own] == ["m.shape[0]", "m.shape[1]"]
    assert matrix.dtype == "float64"
    assert scope.array("n") == Index(Poly.atom("n"))
    assert scope.array("s") == Leaf("s", weak="float")


def test_a_series_is_read_as_its_array() -> None:
    series = scope_of("def f(t):\n    return t", t="Series").array("t")
    assert isinstance(series, Access)
    assert series.base == "t.to_numpy()"


def test_a_number_of_numpys_keeps_its_dtype_and_no_axes() -> None:
    scope = scope_of("def f(a, b):\n    return a", a="float32 number", b="float64 ()")
    assert scope.array("a") == Leaf("a", dtype="float32")
    assert scope.array("b") == Leaf("b")


def test_what_comes_from_outside_is_assumed_to_be_a_number() -> None:
    scope = scope_of("def f(x):\n    return x * SCALE", x="float64 (3,)")
    assert scope.array("SCALE") == Leaf("SCALE")
    assert list(scope.assumptions) == ["SCALE is a number"]


@pytest.mark.parametrize(
    ("held", "reason"), [("list of 3", "is a list"), ("Thing", "is a Thing, not an array")]
)
def test_what_is_no_array_is_refused(held: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason):
        scope_of("def f(x):\n    return x", x=held).array("x")


def test_every_label_has_a_name_of_its_own_and_is_found_by_it() -> None:
    scope = scope_of()
    first, second = scope.label(Poly.number(3), "i", 0), scope.label(Poly.number(3), "i", 1)
    assert first.name != second.name
    assert scope.labels[second.name] is second
    assert second.depth == 1
    assert scope.whole(Poly.atom("n")).own.count == Poly.atom("n")


def test_what_must_hold_is_noted_once() -> None:
    scope = scope_of()
    scope.assume("a")
    scope.assume("b")
    scope.assume("a")
    assert list(scope.assumptions) == ["a", "b"]


def test_each_scope_counts_for_itself_and_begins_with_nothing() -> None:
    first, second = Scope(facts_of(), frozenset({"i"})), Scope(facts_of(), frozenset())
    assert first.label(Poly.number(2), "i").name == second.label(Poly.number(2), "i").name
    first.assume("a")
    assert (second.assumptions, second.loops, second.guards) == ({}, [], [])
    assert first.varying == {"i"}


def test_a_name_whose_value_after_a_loop_is_not_known_cannot_be_read() -> None:
    reader = reader_of()
    reader.scope.env["total"] = Gone()
    with pytest.raises(Refusal, match="total is used after the loop that sets it"):
        read("total + 1", reader)
