"""Names that count iterations are numbers of them."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops import counters
from profiler_suite.analysis.explain.lifting.normal_form.carried import Step
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import CarriedValue, Index, Leaf
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("k = 0", 0),
        ("k = 3\nm = 1", 3),
        ("k = 1\nk = n", None),
        ("k = 0\nif n:\n    k = 1", None),
        ("k = 0.5", None),
        ("m = 0", None),
    ],
)
def test_the_number_that_it_begins_with(text: str, number: int | None) -> None:
    found = counters.first_number("k", ast.parse(text).body)
    assert (found is None) == (number is None)
    if found is not None:
        assert found.index == Poly.number(number or 0)


def test_a_fixed_step_is_a_multiple_of_the_iteration() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    start, step = Index(Poly.number(5)), Index(Poly.number(2))
    found = counters.number_of(Step("sum", step), start, label)
    assert found is not None
    inside, after = found
    assert isinstance(inside, Index)
    assert inside.index == label.index * 2 + 5
    assert isinstance(after, Index)
    assert after.index == label.count * 2 + 5


def test_other_steps_and_beginnings_are_no_counters() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    one = Index(Poly.number(1))
    assert counters.number_of(Step("sum", read("i", reader)), one, label) is None
    assert counters.number_of(Step("prod", one), one, label) is None
    assert counters.number_of(Step("sum", one), Leaf("0.5", weak="float"), label) is None


def test_what_is_looked_up_by_a_counter_is_an_element() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("k", label)
    reader.scope.env["k"] = old
    made = counters.counted(read("x[k + 1]", reader), old, Index(label.index, (label,)))
    assert made == read("x[i + 1]", reader)


def test_a_counter_is_known_after_the_loop() -> None:
    body = (
        "k = 0\nout = np.zeros(len(x))\n"
        "for v in x:\n    out[k] = v * 2\n    k += 1\nreturn out, k"
    )
    (first, *_) = lifted_text(body, {"x": "float64 (6,)"}).lifted
    assert "out[:] = x * 2" in first.source or "out[:len(x)] = x * 2" in first.source
    assert "k = len(x)" in first.source
