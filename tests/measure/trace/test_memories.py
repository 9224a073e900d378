"""Functions that remember: what they hand out counts, and what they keep stays plain."""

import functools
from types import ModuleType
from typing import Any

import numpy as np

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.memories import (
    FreshVectorize,
    Remembering,
    replacements,
)


@functools.lru_cache
def table(n: int) -> Any:
    return np.sqrt(np.arange(float(n)))


def test_outside_of_a_trace_it_is_the_function_itself() -> None:
    table.cache_clear()
    standing = Remembering(table)
    assert standing(3) is standing(3)
    assert standing.cache_info().hits == 1
    assert standing.__wrapped__ is table.__wrapped__


def test_what_is_remembered_counts_and_stays_plain() -> None:
    table.cache_clear()
    result, first = trace(lambda: table(4) + 1.0)
    names = [each.name for each in first.operations]
    assert {"np.sqrt", "np.add"} <= set(names)
    assert type(table(4)) is np.ndarray
    np.testing.assert_array_equal(result, np.sqrt(np.arange(4.0)) + 1)
    _, again = trace(lambda: table(4) + 1.0)
    assert "np.sqrt" not in {each.name for each in again.operations}
    assert "np.add" in {each.name for each in again.operations}


def test_only_remembering_functions_of_others_than_python_are_replaced() -> None:
    module = ModuleType("mine")
    module.__file__ = "/home/me/mine.py"
    vars(module).update(table=table, plain=len, number=3)
    ((original, standing),) = replacements([module])
    assert original is table
    assert isinstance(standing, Remembering)
    frozen = ModuleType("frozen")
    vars(frozen).update(table=table)
    assert replacements([frozen, functools]) == []


def test_vectorize_makes_its_ufuncs_anew_and_keeps_its_own() -> None:
    square = np.vectorize(lambda x: x * x, otypes=[float], cache=True)
    square(np.arange(3.0))
    kept = square.__dict__.get("_ufunc")
    with FreshVectorize():
        assert square(np.arange(3.0)).tolist() == [0.0, 1.0, 4.0]
    assert square.__dict__.get("_ufunc") is kept
