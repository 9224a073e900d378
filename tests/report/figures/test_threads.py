"""Speed-up over BLAS threads."""

from typing import Any

import pytest

from profiler_suite.report.figures import threads
from tests.report.figures.experiments import experiment
from tests.report.known import known


def scaling(**columns: Any) -> Any:
    frame = known().thread_scaling
    return frame[frame["threads"].gt(1)].assign(**columns)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.9, 1.1, "2 threads make no difference beyond noise in any of 3 cases"),
        (1.1, 1.3, "2 threads help in 3 of 3 cases, at most "),
        (0.7, 0.9, "2 threads help in none of 3 cases, and hurt in 3 ("),
    ],
)
def test_the_title_says_where_the_most_threads_help_and_hurt(
    low: float, high: float, said: str
) -> None:
    assert threads._title(scaling(low=low, high=high)).startswith(said)


def test_one_case_is_the_only_one() -> None:
    found = threads._title(scaling(low=0.9, high=1.1).head(1))
    assert found.endswith("in the only case")


def test_only_experiments_over_threads_have_the_figure() -> None:
    assert list(threads.thread_scaling(known(), experiment("input_size"))) == []
    (found,) = threads.thread_scaling(known(), experiment("blas_threads"))
    assert found is not None


def test_one_thread_alone_has_no_speed_up() -> None:
    own = experiment("blas_threads")
    alone = known().thread_scaling.assign(threads=1)
    assert threads.speed_up(own, known().points, alone, known().marks, "x") is None
