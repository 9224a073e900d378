"""Calls that take longer, or shorter, for their values are told from those that do not.

The truth is timed here: the same call on the same layout with ordinary values.
"""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import threadpoolctl

from profiler_suite.machine import canary
from profiler_suite.measure.breakdown.per_point import breakdown_record
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.model.rows import OperationTime
from tests.interference import holds

pytestmark = [pytest.mark.slow, pytest.mark.measures]

N = 60_000
RANDOM = np.random.default_rng(0)
PLAIN = RANDOM.random(N) + 0.5
INTEGERS = RANDOM.integers(1, 1000, N)
TINY, NANS, INFINITE = np.full(N, 3e-310), np.full(N, np.nan), np.full(N, np.inf)

# The call, its values in the function, and ordinary ones.
CASES: dict[str, tuple[Callable[..., Any], tuple[Any, ...], tuple[Any, ...]]] = {
    "exp that vanishes": (np.exp, (np.linspace(-745.0, -709.0, N),), (PLAIN,)),
    "exp of infinity": (np.exp, (INFINITE,), (PLAIN,)),
    "exp of nothing": (np.exp, (NANS,), (PLAIN,)),
    "log of subnormal": (np.log, (TINY,), (PLAIN,)),
    "power of subnormal": (lambda x: np.power(x, 0.3), (TINY,), (PLAIN,)),
    "power of one": (lambda x: np.power(x, 2.7), (np.ones(N),), (PLAIN,)),
    "sine far out": (np.sin, (PLAIN * 1e9,), (PLAIN,)),
    "cosine in single precision": (
        np.cos,
        ((PLAIN * 1e7).astype("f4"),),
        (PLAIN.astype("f4"),),
    ),
    "product of subnormal": (lambda x: x * 0.5, (TINY,), (PLAIN,)),
    "quotient of subnormal": (lambda x: x / 3.0, (TINY,), (PLAIN,)),
    "root of subnormal": (np.sqrt, (TINY,), (PLAIN,)),
    "half precision": (
        lambda x: x * x,
        (np.full(N, 6e-8, np.float16),),
        (PLAIN.astype(np.float16),),
    ),
    "sorted already": (np.sort, (np.sort(PLAIN),), (PLAIN,)),
    "order of integers": (
        lambda x: np.argsort(x, kind="stable"),
        (np.sort(INTEGERS),),
        (INTEGERS,),
    ),
    "sought in order": (
        lambda x: np.searchsorted(np.arange(N) / N, x),
        (np.sort(PLAIN - 0.5),),
        (PLAIN - 0.5,),
    ),
    "parted": (lambda x: np.partition(x, 9), (np.sort(PLAIN),), (PLAIN,)),
    "running sum": (np.cumsum, (TINY,), (PLAIN,)),
    "remainder of large": (lambda x: x % 0.7, (PLAIN * 1e15,), (PLAIN,)),
    "maximum of nothing": (lambda x: np.fmax(x, 0.5), (NANS,), (PLAIN,)),
    "sum of infinity": (lambda x: x.sum(), (INFINITE,), (PLAIN,)),
    "ordinary sum": (lambda x: x.sum(), (PLAIN,), (PLAIN * 0.9,)),
    "ordinary product": (lambda x: x * 1.5, (PLAIN,), (PLAIN * 0.9,)),
    "zeros": (lambda x: x + 1.0, (np.zeros(N),), (PLAIN,)),
    "as text": (
        lambda x: x.astype("U20"),
        (np.arange(2000.0),),
        (RANDOM.random(2000),),
    ),
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    with threadpoolctl.threadpool_limits(1), np.errstate(all="ignore"):
        yield


def least_s(function: Callable[..., Any], args: tuple[Any, ...]) -> float:
    times_s = []
    for _ in range(15):
        begun = perf_counter()
        function(*args)
        times_s.append(perf_counter() - begun)
    return min(times_s)


def costliest(function: Callable[..., Any], args: tuple[Any, ...]) -> OperationTime:
    run = canary.make("ufunc")
    effort = BreakdownEffort(
        replay_s=0.3, sample_s=0.0, baseline_s=min(run() for _ in range(50)), own_values_s=5.0
    )
    found = breakdown_record(function, args, effort, run, name="f").operations
    return max(found, key=lambda each: each.calls * max(each.full_s, each.own_s))


@pytest.mark.parametrize("name", CASES)
def test_a_call_depends_on_its_values_where_others_take_another_time(name: str) -> None:
    function, own, ordinary = CASES[name]

    def wrong() -> str:
        ratio = least_s(function, own) / least_s(function, ordinary)
        found = costliest(function, own)
        # What is said holds: never of one that takes as long, always of one that takes twice.
        if 1 / 1.15 < ratio < 1.15 and found.depends_on_values:
            return f"as long as others: {ratio}, {found}"
        if not 0.5 < ratio < 2 and not found.depends_on_values:
            return f"{ratio} times: {found}"
        return ""

    holds(wrong)
