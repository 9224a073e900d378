"""What else ran while a test took times: a miss that it may explain could not be judged."""

import time
from collections.abc import Callable
from statistics import median

import pytest

from profiler_suite.machine import canary

_WATCHED_S = 0.03
# Another process on this core leaves about half of the time; a timer interrupt takes 0.1 %.
_ON_CORE = 0.95
_TRIES = 4
# The canary at its best on the machine that absolute limits were set on (Zen 4, 2 cores).
_REFERENCE_S = 40e-6

_canary = canary.make("ufunc")
_least_s: list[float] = []

Clock = Callable[[], float]


def undisturbed(
    run: canary.Canary = _canary,
    wall: Clock = time.perf_counter,
    on_core: Clock = time.thread_time,
) -> bool:
    """Whether now this process has its core to itself, and its usual speed."""
    begun, granted = wall(), on_core()
    times_s = [run()]
    while wall() - begun < _WATCHED_S:
        times_s.append(run())
    share = (on_core() - granted) / (wall() - begun)
    _least_s[:] = [min([*_least_s, *times_s])]
    return share >= _ON_CORE and median(times_s) <= canary.limit("ufunc") * _least_s[0]


def slower() -> float:
    """How many times as slow as the machine that limits were set on; at least 1."""
    undisturbed()
    return max(1.0, _least_s[0] / _REFERENCE_S)


def holds(attempt: Callable[[], object], *, on_any_machine: bool = False) -> None:
    """A statement on measured times: true in one of some tries, or nothing was to be judged.

    `attempt` gives what is wrong with a fresh measurement, nothing if all is right. A defect
    is there in every try, also when nothing interferes; the doing of others comes and goes.
    A statement that is true `on_any_machine`, however busy or slow, is always judged.
    """
    wrong: list[object] = []
    certain = 0
    for _ in range(_TRIES):
        before = undisturbed()
        said = attempt()
        if not said:
            return
        certain += before and undisturbed()
        wrong.append(said)
    share = f"{100 * certain // _TRIES} % undisturbed"
    if certain < _TRIES / 2 and not on_any_machine:
        pytest.skip(f"could not be judged here: {share}: {wrong}")
    pytest.fail(f"{share}, wrong each time: {wrong}")
