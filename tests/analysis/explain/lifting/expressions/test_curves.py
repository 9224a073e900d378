"""Interpolating functions that an iteration makes."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.curves import (
    between,
    curve_of,
    is_curve,
    on_curve,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core, Refusal
from tests.analysis.explain.lifting.reading import call, expression, read, reader_of, within


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("interp1d(x, m[i])", True),
        ("interpolate.interp1d(x, m[i], kind='cubic')", True),
        ("interp1d(x, m, axis=0)", False),
        ("interp1d(x, m[i], kind=s)", False),
        ("interp2d(x, m[i])", False),
    ],
)
def test_a_call_that_makes_a_curve_is_known(text: str, known: bool) -> None:
    assert is_curve(call(text)) is known


def test_at_the_same_places_all_curves_are_one_call() -> None:
    reader = reader_of()
    within(reader, "i", 5)
    curve = curve_of(reader, call("interp1d(x, m[i])"))
    made = on_curve(reader, curve, expression("y"))
    assert isinstance(made, Core)
    assert made.form == "interp1d({1}, {2}, axis=-1)({0})"


@pytest.mark.parametrize("wanted", ["x[i]", "y[i] + 1"])
def test_at_a_place_of_its_own_a_curve_is_a_line(wanted: str) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    between(reader, read("x", reader), read("m[i]", reader), read(wanted, reader))
    assert "the places of a curve are sorted" in reader.scope.assumptions


@pytest.mark.parametrize(
    ("places", "row", "wanted"),
    [("x", "m[i] * 2", "x[i]"), ("x", "m[i]", "s"), ("x", "m[i, 1:]", "x[i]")],
)
def test_others_are_refused(places: str, row: str, wanted: str) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    with pytest.raises(Refusal):
        between(reader, *(read(each, reader) for each in (places, row, wanted)))
