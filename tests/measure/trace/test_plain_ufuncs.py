"""Ufuncs on plain numbers and lists count, and are what they were for all else."""

import math
import pickle
from collections import Counter
from typing import Any

import numpy as np
import pytest
from numpy import hypot

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.plain_ufuncs import PlainUfuncs, StandingNumpy, StandingUfunc


def counted(function: Any, *arguments: Any) -> dict[str, int]:
    _, counts = trace(function, arguments)
    found: Counter[str] = Counter()
    for each in counts.operations:
        found[each.name] += each.calls
    return dict(found)


def of_numbers(words: list[str]) -> float:
    total = 0.0
    for word in words:
        total += np.sqrt(float(word)) + hypot(3.0, 4.0)
    return total


def of_lists() -> Any:
    return np.add([1, 2], [3, 4])


def test_ufuncs_on_plain_numbers_count() -> None:
    found = counted(of_numbers, ["4", "9"])
    assert found["np.sqrt"] == found["np.hypot"] == 2
    assert of_numbers(["4", "9"]) == 15.0


def test_of_lists_the_arrays_made_of_them_count_as_well() -> None:
    assert counted(of_lists) == {"np.asarray": 2, "np.add": 1}
    result, _ = trace(of_lists)
    assert type(result) is np.ndarray
    assert result.tolist() == [4, 6]


def test_the_module_has_numpy_itself_afterwards_whatever_happens() -> None:
    def fails() -> None:
        assert isinstance(np, StandingNumpy)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trace(fails)
    assert type(np).__name__ == "module"
    assert type(hypot) is np.ufunc


def as_before() -> list[Any]:
    return [
        isinstance(np.add, np.ufunc),
        np.add.reduce([1, 2, 3]),
        np.add.nin,
        np.add == np.add,
        {np.add: 1}[np.add],
        pickle.loads(pickle.dumps(np.add)) == np.add,
        np.maximum.accumulate(np.array([1, 3, 2])).tolist(),
        np.sqrt(np.ma.masked_array([4.0, 9.0], [True, False])).sum(),
        np.pi == math.pi,
        np.sqrt(4.0, dtype=np.float32).dtype.name,
        "sqrt" in dir(np),
        repr(np.add),
    ]


def test_everything_else_about_a_ufunc_is_as_before() -> None:
    result, _ = trace(as_before)
    assert result == as_before()


def test_a_module_whose_functions_numba_compiles_keeps_its_names() -> None:
    class Dispatcher:
        __module__ = "numba.core.registry"

    namespace: dict[str, Any] = {"np": np, "fast": Dispatcher(), "__name__": "own"}
    exec("def f():\n    return np", namespace)
    with PlainUfuncs([namespace["f"]]):
        assert namespace["np"] is np
    del namespace["fast"]
    with PlainUfuncs([namespace["f"]]):
        assert isinstance(namespace["np"], StandingNumpy)
        assert type(namespace["np"].add) is StandingUfunc
    assert namespace["np"] is np
