"""The coverage of a trace is a share of the time, and what escaped has a name."""

import ctypes
import gc
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure import native
from profiler_suite.measure.breakdown.coverage import by_calls, by_samples, counted
from profiler_suite.measure.native.symbols import CodePlace
from profiler_suite.measure.trace import trace
from profiler_suite.model.trace import Coverage

UMATH = "/v/numpy/_core/_multiarray_umath.so"
PLACES = {
    1: CodePlace(path=UMATH, symbol="DOUBLE_add_X86_V3"),
    2: CodePlace(path=UMATH, symbol="array_view"),
    3: CodePlace(path="/usr/bin/python3.11", symbol="_PyEval_EvalFrameDefault"),
    4: CodePlace(path="/v/sklearn/_tree.cpython-311.so", symbol="fit"),
    5: CodePlace(path="/usr/lib/libc.so.6", symbol="memmove"),
    6: CodePlace(path=UMATH, symbol="PyArray_DiscoverDTypeAndShape_Recursive"),
}
samples_needed = pytest.mark.skipif(
    bool(native.available()), reason="no native samples on this system"
)


def judged(**samples: dict[int, int]) -> Coverage | None:
    addresses = {
        where: Counter({(place, False): n for place, n in found.items()})
        for where, found in samples.items()
    }
    return by_samples(addresses, lambda address, _: PLACES[address])


def test_everything_in_counted_calls_is_full_coverage() -> None:
    found = judged(counted={1: 90, 2: 10}, outside={2: 40, 3: 500}, own={1: 80})
    assert found is not None
    assert found.share == 1.0
    assert found.escaped == {}


def test_single_numbers_that_functions_make_arrays_of_are_no_work() -> None:
    found = judged(counted={1: 90, 2: 10}, outside={6: 60})
    assert found is not None
    assert (found.share, found.escaped) == (1.0, {})


def test_inner_loops_outside_have_escaped_with_their_dispatch() -> None:
    # In the counted calls half of the time is dispatch, so it is outside.
    found = judged(counted={1: 50, 2: 50}, outside={1: 50, 2: 400, 3: 100})
    assert found is not None
    assert found.share == pytest.approx(0.5)
    assert found.escaped == {"DOUBLE_add_X86_V3 (NumPy)": pytest.approx(0.5)}


def test_without_counted_calls_nothing_is_covered() -> None:
    found = judged(outside={1: 30, 2: 20, 3: 100})
    assert found is not None
    assert found.share == 0.0
    assert found.samples == 50


def test_calls_without_a_count_are_named_as_they_are() -> None:
    found = judged(
        counted={1: 60}, outside={3: 9, 4: 20}, **{"scipy.signal.f": {4: 20, 3: 1000}}
    )
    assert found is not None
    assert found.share == pytest.approx(0.6)
    assert found.escaped == {
        "scipy.signal.f": pytest.approx(0.2),
        "compiled code in _tree.cpython-311.so": pytest.approx(0.2),
    }


def test_bytes_that_the_interpreter_moves_are_no_array_code() -> None:
    found = judged(counted={1: 50}, outside={3: 1000, 5: 40})
    assert found is not None
    assert found.share == 1.0


def test_too_few_samples_tell_nothing() -> None:
    assert judged(counted={1: 12}, outside={3: 10_000}) is None
    assert judged() is None


def test_without_samples_it_is_a_share_of_calls() -> None:
    _, counts = trace(lambda x: (x + x, list(np.nditer(x))), (np.ones(3),))
    found = by_calls(counts)
    assert found.samples == 0
    assert found.share == 0.5
    assert found.escaped == {"np.nditer": 0.5}


# Where no trace looks: a box that belongs to C.
HIDDEN = ctypes.py_object(np.random.default_rng(0).random((400, 400)))


def hidden() -> Any:
    return np.sqrt(HIDDEN.value * 2.0) + 1.0


def half_hidden(x: Any) -> Any:
    return np.sqrt(HIDDEN.value), np.sqrt(x)


def seen(x: Any) -> Any:
    return np.sqrt(x * 2.0) + 1.0


def median(x: Any) -> Any:
    from scipy.ndimage import median_filter

    return median_filter(x, 3) + 1.0


@samples_needed
@pytest.mark.parametrize(
    ("function", "args", "low", "high", "named"),
    [
        (hidden, (), 0.0, 0.1, "(NumPy)"),
        (half_hidden, (HIDDEN.value + 0.0,), 0.2, 0.8, "(NumPy)"),
        (seen, (HIDDEN.value + 0.0,), 0.95, 1.0, ""),
        (median, (HIDDEN.value + 0.0,), 0.0, 0.3, "scipy.ndimage"),
    ],
)
def test_coverage_is_measured(
    function: Callable[..., Any], args: tuple[Any, ...], low: float, high: float, named: str
) -> None:
    _, found = counted(function, lambda: args, more_s=1.0)
    assert found.samples >= 20
    assert low <= found.share <= high
    assert named in " ".join(found.escaped)


@pytest.fixture
def no_collection() -> Iterator[None]:
    """Looking at all objects of a process that runs tests may take as long as the budget is."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@samples_needed
@pytest.mark.usefixtures("no_collection")
def test_what_is_loaded_takes_no_part_of_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """With pandas and its like loaded, a second was over after some ten evaluations."""
    runs = {}
    x = np.ones(3)
    for loaded in (0, 1500):
        for number in range(loaded):
            module = types.ModuleType(f"loaded_{number}")
            vars(module).update({f"name_{each}": object() for each in range(100)})
            monkeypatch.setitem(sys.modules, module.__name__, module)
        calls: list[int] = []

        def tiny(calls: list[int] = calls) -> Any:
            calls.append(1)
            return x + x

        counted(tiny, lambda: (), more_s=0.1)
        runs[loaded] = len(calls)
    assert runs[1500] > runs[0] / 4


def test_a_function_that_waits_is_not_repeated_until_it_has_worked() -> None:
    """Some microseconds of work a call: 50 ms of it took hundreds of calls."""
    calls: list[int] = []

    def waiting() -> None:
        calls.append(1)
        time.sleep(0.02)

    counted(waiting, lambda: (), 1.0, 0.05)
    assert len(calls) < 20
