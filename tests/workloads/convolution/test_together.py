"""Shares run side by side; all have ended before an error is told."""

import os
import threading

import pytest

from profiler_suite.host import blas
from profiler_suite.workloads.convolution import together


def test_threads_share_much_work_that_blas_does_not_share_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blas, "threads", lambda: 3)
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: True)
    assert together.threads(together.LEAST_SHARED) == 3
    assert together.threads(together.LEAST_SHARED - 1) == 1
    monkeypatch.setattr(blas, "leaves_small_products_unpacked", lambda: False)
    assert together.threads(together.LEAST_SHARED) == 1


@pytest.mark.parametrize(("whole", "shares"), [(7, 3), (3, 7), (1, 1), (9, 3)])
def test_ranges_are_about_equal_and_none_is_empty(whole: int, shares: int) -> None:
    found = together.ranges(whole, shares)
    assert [place for each in found for place in range(each.start, each.stop)] == list(
        range(whole)
    )
    sizes = [each.stop - each.start for each in found]
    assert min(sizes) > 0
    assert max(sizes) - min(sizes) <= 1
    assert len(found) == min(whole, shares)


def test_one_share_runs_in_the_thread_that_asks() -> None:
    seen: list[int] = []
    together.run([lambda: seen.append(threading.get_ident())])
    assert seen == [threading.get_ident()]


def test_several_run_at_the_same_time_each_in_its_own_thread() -> None:
    met = threading.Barrier(3, timeout=20)
    seen: list[int] = []

    def share() -> None:
        seen.append(threading.get_ident())
        met.wait()  # passes only when all three have come

    for _ in range(3):
        together.run([share] * 3)
    assert len(seen) == 9
    assert threading.get_ident() in seen
    assert len(set(seen)) == 3


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_of_any_share_is_raised_after_all_have_ended(failing: int) -> None:
    ended: list[int] = []

    def share(number: int) -> None:
        if number == failing:
            raise ValueError(f"share {number}")
        ended.append(number)

    with pytest.raises(ValueError, match=f"share {failing}"):
        together.run([lambda: share(0), lambda: share(1)])
    assert ended == [1 - failing]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own() -> None:
    together.run([lambda: None] * 2)
    child = os.fork()
    if child == 0:
        done: list[int] = []
        together.run([lambda: done.append(0), lambda: done.append(1)])
        os._exit(0 if sorted(done) == [0, 1] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
