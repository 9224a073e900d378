"""Functions that packages found before: a trace finds the ones that count."""

import functools
import math
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.core.groupby import ops

from profiler_suite.measure.trace import look_ups, trace


def remembering(maxsize: int | None) -> Any:
    """A function that looks up another one of the math module."""

    @functools.lru_cache(maxsize)
    def look_up(name: str) -> Any:
        return getattr(math, name, name)

    return look_up


@pytest.mark.parametrize("maxsize", [None, 16])
@pytest.mark.parametrize("of_a_class", [False, True])
def test_a_package_that_remembers_compiled_functions_looks_them_up_again(
    maxsize: int | None, of_a_class: bool
) -> None:
    look_up = remembering(maxsize)
    package = ModuleType("numpy")
    package.__file__ = np.__file__
    if of_a_class:
        kept = {"__module__": "numpy", "look_up": classmethod(look_up)}
        vars(package)["Kernels"] = type("Kernels", (), kept)
    else:
        vars(package)["look_up"] = look_up
    look_up("no such")
    look_ups.forget([package])
    assert look_up.cache_info().currsize == 1  # a text is no function
    look_up("sqrt")
    look_ups.forget([package])
    assert look_up.cache_info().currsize == 0


def test_a_program_keeps_what_it_remembers() -> None:
    own = ModuleType("__main__")
    own.__file__ = __file__
    look_up = vars(own)["look_up"] = remembering(None)
    look_up("sqrt")
    look_ups.forget([own])
    assert look_up.cache_info().currsize == 1


def test_sums_by_group_are_named_also_after_a_call_without_a_trace() -> None:
    """The first call of a function is never traced."""

    def sums(series: Any) -> Any:
        return series.groupby(series > 1.0).sum()

    series = pd.Series([3.0, 1.0, 2.0])
    sums(series)
    for _ in range(2):
        _, counts = trace(sums, (series,))
        assert "pandas._libs.groupby.group_sum" in counts.uncovered
        assert any("take_1d" in each for each in counts.uncovered)
    found = vars(ops)["WrappedCythonOp"]._get_cython_function(
        "aggregate", "sum", np.dtype(float), True
    )
    assert type(found).__name__ == "fused_cython_function"
