"""Images at points."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.sampled import at_points
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply, Refusal
from tests.analysis.explain.lifting.reading import call, reader_of, within


def test_coordinates_are_given_axis_by_axis() -> None:
    reader = reader_of()
    within(reader, "i", 5)
    made = at_points(reader, call("map_coordinates(m, [[x[i]], [y[i]]], order=1)"))
    assert isinstance(made, Apply)
    assert made.form == "map_coordinates(m, [{0}, {1}], order=1)"
    assert len(made.own) == 1


@pytest.mark.parametrize(
    "text",
    [
        "map_coordinates(m, [[x[i]]])",
        "map_coordinates(m[i], [[x[i]]])",
        "map_coordinates(m, [[x[i]], [y[i]]], output=x)",
        "map_coordinates(m, [[x[i]], [y[i]]], order=n)",
        "map_coordinates(m, x[i])",
    ],
)
def test_others_are_refused(text: str) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    with pytest.raises(Refusal):
        at_points(reader, call(text))
