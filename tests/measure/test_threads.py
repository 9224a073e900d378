"""The threads of native libraries are set, read back, and waited for."""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

import pytest
import threadpoolctl

from profiler_suite.measure import threads
from profiler_suite.measure.threads import NativeThreads, rest


class Library:
    internal_api, prefix = "openblas", "libblas"

    def __init__(self) -> None:
        self.num_threads = 8


class Controller:
    """As threadpoolctl's, with one library."""

    made: ClassVar[list["Controller"]] = []

    def __init__(self) -> None:
        self.lib_controllers = [Library()]
        self.asked: list[int] = []
        Controller.made.append(self)

    def limit(self, limits: int) -> None:
        self.asked.append(limits)
        # A library with its own idea of the most.
        self.lib_controllers[0].num_threads = min(limits, 4)


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    waited: list[int] = []
    Controller.made.clear()
    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", Controller)
    monkeypatch.setattr(threads, "rest", lambda: waited.append(1))
    yield waited
    Controller.made.clear()


def test_what_the_library_says_is_given_back_not_what_was_asked(rests: list[int]) -> None:
    native = NativeThreads()
    assert native.limit(2) == {"openblas:libblas": 2}
    assert native.limit(64) == {"openblas:libblas": 4}
    assert Controller.made[0].asked == [2, 64]
    assert len(rests) == 2


def test_the_same_limit_is_set_once_and_one_thread_is_not_waited_for(rests: list[int]) -> None:
    native = NativeThreads()
    native.limit(1)
    native.limit(1)
    assert Controller.made[0].asked == [1]
    assert len(rests) == 1  # before the first limit any number may have been busy
    native.limit(2)
    assert len(rests) == 1


def test_a_new_module_may_have_brought_another_library(
    rests: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    native = NativeThreads()
    native.limit(1)
    monkeypatch.setitem(sys.modules, "new_module_of_a_test", ModuleType("new"))
    native.limit(1)
    assert [made.asked for made in Controller.made] == [[1], [1]]


@pytest.mark.parametrize(("busy", "most"), [(0.0, 1), (1.0, 101)])
def test_rest_waits_for_idle_threads_and_not_for_ever(
    busy: float, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    clock: Any = lambda: now[0]  # noqa: E731
    monkeypatch.setattr(threads, "perf_counter", clock)
    monkeypatch.setattr(threads, "process_time", lambda: now[0] * busy)
    monkeypatch.setattr(threads, "sleep", sleep)
    rest()
    assert 1 <= len(slept) <= most
    assert now[0] == pytest.approx(0.2, rel=0.1) or not busy
