"""One way to run a function timed by timeit, in a process that has done nothing else.

Little is imported: what else a process has allocated and freed decides whether the C library
gives the memory of temporaries back after each call, and that may double a function's time.
"""

import copy
import functools
import json
import sys
import time
import timeit
from collections.abc import Callable
from typing import Any

import numpy as np
import threadpoolctl

from profiler_suite.workloads import user_function

_REPEATS, _FEW_REPEATS = 15, 3
_REPEAT_S = 0.01
_LONG_S = 0.3
# These run on one core: the time of processors is what passes, without what others take.
_ON_ONE_CORE = ("float32", "numba")

Side = tuple[Callable[..., Any], tuple[Any, ...]]


def sides_of(target: str, setup: str, kind: str, form: str) -> tuple[Side, Side]:
    """The function as it stands, and what the way made of it."""
    called = user_function.load(target, setup)
    function, arguments = called.function, called.args
    other, own = function, arguments
    writes = _changes(function, arguments)
    if kind == "float32":
        from profiler_suite.measure.explain.ways import float32

        other, own = function, float32.port(function, arguments).there(arguments)
    elif kind == "numba":
        from profiler_suite.measure.explain.ways import numba_port

        other = numba_port.port(function).function
    elif kind == "jax":
        from profiler_suite.measure.explain.ways import jax_port

        made = jax_port.port(function, arguments, writes=writes, threads=1, device="")
        other = made.whole
    elif kind == "torch":
        from profiler_suite.measure.explain.ways import torch_port

        ports = torch_port.ports(function, writes=writes, threads=1, device="")
        other = next(each for each in ports if each.form == form).whole
    return (function, arguments), (other, own)


def _changes(function: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    """Whether a call leaves its arguments otherwise than it found them."""
    given = copy.deepcopy(arguments)
    function(*given)
    return not _alike(given, arguments)


def _alike(one: Any, other: Any) -> bool:
    """Compared in place: texts of large arrays, freed again, would change what malloc does."""
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, np.ndarray):
        exact = one.dtype.kind in "fc"
        return one.shape == other.shape and np.array_equal(one, other, equal_nan=exact)
    return bool(np.all(one == other))


def timed_alone(target: str, setup: str, kind: str, threads: int, form: str) -> float:
    """Time as it stands over time of the way: the best repeats, both in turn."""
    sides = sides_of(target, setup, kind, form)
    limits = (1, threads if kind == "threads" else 1)
    function, arguments = sides[0]
    restored = _changes(function, arguments)
    clock = time.process_time if kind in _ON_ONE_CORE else time.perf_counter
    calls = [_call(*side, restored, clock) for side in sides]
    counts, repeats = [], _REPEATS
    for number, call in enumerate(calls):
        with threadpoolctl.threadpool_limits(limits=limits[number]):
            once = min(call(1) for _ in range(3))
        counts.append(max(1, int(_REPEAT_S / max(once, 1e-8))))
        if once > _LONG_S:
            repeats = _FEW_REPEATS
    best = [float("inf"), float("inf")]
    for repeat in range(repeats):
        for number in (0, 1) if repeat % 2 else (1, 0):
            with threadpoolctl.threadpool_limits(limits=limits[number]):
                calls[number](1)
                took = calls[number](counts[number])
            best[number] = min(best[number], took)
    return best[0] / best[1]


def _call(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    restored: bool,
    clock: Callable[[], float],
) -> Callable[[int], float]:
    """Number of calls → seconds of one of them, by timeit."""
    if not restored:
        timer = timeit.Timer(lambda: function(*arguments), timer=clock)
        return lambda count: timer.timeit(count) / count

    def fresh_each_time(count: int) -> float:
        total = 0.0
        for _ in range(count):
            given = copy.deepcopy(arguments)
            total += timeit.Timer(functools.partial(function, *given), timer=clock).timeit(1)
        return total / count

    return fresh_each_time


def main() -> None:
    """Print the ratio for the way that the arguments name."""
    target, setup, kind, threads, form = sys.argv[1:]
    ratio = timed_alone(target, setup, kind, int(threads), form)
    sys.stdout.write(f"{json.dumps(ratio)}\n")


if __name__ == "__main__":
    main()
