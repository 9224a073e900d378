"""Values that go from one iteration to the next."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.carried import after, is_zero, step
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Apply,
    CarriedValue,
    Reduce,
    Refusal,
    Term,
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
        ("x[i] - total", "decay"),
        ("total + s * (x[i] - total)", "decay"),
        ("(total + x[i]) / 2", "decay"),
    ],
)
def test_running_values_are_known_by_how_they_come_about(text: str, op: str) -> None:
    assert combined(text) == op


@pytest.mark.parametrize(
    "text",
    [
        "total / x[i]",
        "x[i] / total",
        "total + x[i] * (1 - total)",
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


def test_the_last_value_of_a_recursion_is_a_sum_with_powers() -> None:
    made = _last_of("2.0 * total + x[i]", "0.0")
    assert isinstance(made, Reduce)
    assert made.op == "sum"
    assert isinstance(_last_of("2.0 * total + x[i]", "1.0"), Apply)


def test_the_last_value_of_a_recursion_of_single_precision_is_refused() -> None:
    with pytest.raises(Refusal, match="only the last value"):
        _last_of("2.0 * total + y[i]", "0.0")


def _last_of(text: str, before: str) -> Term:
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("total", label)
    reader.scope.env["total"] = old
    return after(step(read(text, reader), old), read(before, reader), (label,))
