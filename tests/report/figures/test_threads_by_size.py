"""From which size on more threads pay."""

from typing import Any

import pytest

from profiler_suite.report.figures import threads_by_size
from tests.report.known import known


def scaling(**columns: Any) -> Any:
    frame = known().thread_scaling
    return frame[frame["threads"].gt(1)].assign(**columns)


def over_size(frame: Any) -> Any:
    return threads_by_size.over_size(
        frame, known().threads_pay, known().points, known().marks, "x"
    )


def test_three_sizes_are_enough_and_two_are_not() -> None:
    assert over_size(scaling()) is not None
    assert over_size(scaling().head(2)) is None
    assert over_size(scaling(flop=0.0)) is None
    assert over_size(scaling().head(0)) is None


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.9, 1.1, "2 threads make no difference beyond noise"),
        (0.7, 0.9, "2 threads hurt"),
        ([0.7, 0.9, 0.9], [0.9, 1.1, 1.1], "2 threads make no difference beyond noise or hurt"),
        (1.1, 1.3, "2 threads help in 3 of 3 cases, at most "),
    ],
)
def test_the_title_says_whether_threads_pay(low: Any, high: Any, said: str) -> None:
    title = threads_by_size._title(scaling(low=low, high=high), known().threads_pay.head(0))
    assert title.startswith(said)
    assert (title == said) is not said.endswith(" ")


def test_an_interval_that_is_open_upwards_does_not_set_the_axis() -> None:
    low, high = threads_by_size._limits(scaling(speedup=1.5, low=1.2, high=1e9), 2)
    assert (low, high) == (0.8, 4.0)
