"""Both sides answer alike, with smaller arguments too, before they are timed."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain.ways.both import Both, compared, processor_time
from profiler_suite.model.way import Way, WayKind
from tests.measure.explain.ways.subjects import held

WAY = Way(kind=WayKind.NUMBA)


def squares(x: Any, y: Any) -> Any:
    return (x * x) @ y


def squares_otherwise(x: Any, y: Any) -> Any:
    return np.square(x) @ y


def of_large_arrays_only(x: Any, y: Any) -> Any:
    if len(x) < 50:
        raise ValueError("too few rows")
    return (x * x) @ y


def wrong_below_fifty(x: Any, y: Any) -> Any:
    return (x * x) @ y + (len(x) < 50)


ARGUMENTS = (np.ones((64, 48)), np.ones(48))


@pytest.mark.parametrize(
    ("function", "other", "sizes"),
    [
        # A quarter and a sixteenth of the lengths, odd.
        (squares, squares_otherwise, [17 * 13 + 13, 5 * 3 + 3]),
        (of_large_arrays_only, of_large_arrays_only, []),
    ],
)
def test_smaller_arguments_are_timed_where_the_function_takes_them(
    function: Any, other: Any, sizes: list[int]
) -> None:
    with held(function, *ARGUMENTS) as subject:
        found = compared(Both(subject, other), WAY)
    assert found.reason == ""
    assert found.elements == 64 * 48 + 48
    assert [each.elements for each in found.smaller] == sizes
    for visits in (found.visits, *(each.visits for each in found.smaller)):
        assert len(visits.before) == len(visits.after) >= 2


def test_what_answers_otherwise_for_other_sizes_has_no_time() -> None:
    with held(squares, *ARGUMENTS) as subject:
        found = compared(Both(subject, wrong_below_fifty), WAY)
    assert found.reason == "its answer differs for other sizes"
    assert found.visits.before == ()


def test_arguments_of_its_own_are_made_from_those_given() -> None:
    def only_single(x: Any, y: Any) -> Any:
        return np.square(x) @ y + (x.dtype != np.float32)

    def single(given: Any) -> Any:
        return tuple(each.astype(np.float32) for each in given)

    with held(squares, *ARGUMENTS) as subject:
        assert compared(Both(subject, only_single, own=single), WAY).reason == ""
        assert "differs" in compared(Both(subject, only_single), WAY).reason


def test_the_time_of_processors_is_counted_on_both_sides() -> None:
    def thrice(x: Any, y: Any) -> Any:
        squares(x, y)
        squares(x, y)
        return squares(x, y)

    with held(squares, *ARGUMENTS) as subject:
        found = processor_time(Both(subject, thrice))
    assert 0.2 < found.ratio < 0.6
    assert 0 < found.cores_after < 3


def test_what_comes_before_each_side_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    before: list[int] = []
    with held(squares, *ARGUMENTS) as subject:
        compared(Both(subject, squares, around=before.append), WAY)
    assert set(before) == {0, 1}
