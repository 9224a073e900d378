"""Values that go from one iteration to the next."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.carried import after, is_zero, step
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Reduce,
    Refusal,
)
from tests.analysis.explain.lifting.reading import read, reader_of, within


def combined(text: str) -> str:
    """How `total` comes from itself in an iteration of that statement."""
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("total", label)
    reader.scope.env["total"] = old
    return step(read(text, reader), old).op


@pytest.mark.parametrize(
    ("text", "op"),
    [
        ("total + x[i]", "sum"),
        ("x[i] + total", "sum"),
        ("total + x[i] * s - 1", "sum"),
        ("total - x[i]", "sum"),
        ("total * x[i]", "prod"),
        ("max(total, x[i])", "max"),
        ("np.minimum(x[i], total)", "min"),
        ("x[i] if x[i] > total else total", "max"),
        ("total if total < x[i] else x[i]", "min"),
        ("total + x[i] if x[i] > 0 else total", "sum"),
        ("s * total + x[i]", "decay"),
    ],
)
def test_running_values_are_known_by_how_they_come_about(text: str, op: str) -> None:
    assert combined(text) == op


@pytest.mark.parametrize(
    "text",
    [
        "x[i] - total",
        "total / x[i]",
        "np.sin(total)",
        "total ** 2",
        "total + total * x[i] - total",
    ],
)
def test_recursions_of_another_kind_are_left_to_compilers(text: str) -> None:
    with pytest.raises(Refusal, match="total depends on its value in the iteration before"):
        combined(text)


@pytest.mark.parametrize(
    ("before", "plain"),
    [("0", True), ("0.0", True), ("1.0", False), ("s", False), ("np.zeros(3)", True)],
)
def test_a_sum_that_begins_with_nothing_is_the_sum_alone(before: str, plain: bool) -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("total", label)
    reader.scope.env["total"] = old
    found = step(read("total + x[i]", reader), old)
    start = read(before, reader)
    assert is_zero(start) is plain
    made = after(found, start, (label,))
    assert isinstance(made, Reduce if plain else Apply)
    assert label.name not in made.loops


def test_the_last_value_of_a_recursion_alone_is_refused() -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("total", label)
    reader.scope.env["total"] = old
    found = step(read("s * total + x[i]", reader), old)
    with pytest.raises(Refusal, match="only the last value"):
        after(found, read("0.0", reader), (label,))
