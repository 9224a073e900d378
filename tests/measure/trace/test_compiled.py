"""Compiled functions that NumPy's protocols do not reach."""

import math
import operator
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.compiled import (
    FOREIGN_KINDS,
    ForeignCall,
    foreign_replacements,
    numpy_replacements,
)
from profiler_suite.measure.trace.wrapping import Counting

X = np.arange(6.0)


def module(name: str, file: str) -> ModuleType:
    made = ModuleType(name)
    made.__file__ = file
    vars(made).update(f=len, g=sorted, data=3, __hidden__=len)
    return made


EXTENSION = EXTENSION_SUFFIXES[0]


def test_functions_of_foreign_extension_modules_are_replaced() -> None:
    made = module("their.kernels", f"/v/site-packages/their/kernels{EXTENSION}")
    pairs = foreign_replacements([made])
    assert [original for original, _ in pairs] == [len, sorted]
    assert all(isinstance(standing, ForeignCall) for _, standing in pairs)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("their.kernels", "/v/site-packages/their/kernels.py"),
        ("numpy.kernels", f"/v/site-packages/numpy/kernels{EXTENSION}"),
        ("loose", f"/v/site-packages/loose{EXTENSION}"),
        ("their.kernels", ""),
    ],
)
def test_others_are_left_alone(name: str, file: str) -> None:
    assert foreign_replacements([module(name, file)]) == []


def test_operators_that_pandas_looks_up_by_identity_stay_what_they_are() -> None:
    made = module("their.kernels", f"/v/site-packages/their/kernels{EXTENSION}")
    made.le = operator.le  # type: ignore[attr-defined]
    assert operator.le not in [original for original, _ in foreign_replacements([made])]
    series = pd.Series([1.0, 3.0, 2.0])
    result, _ = trace(lambda: series.rolling(2).apply(lambda w: (w <= w.iloc[-1]).sum()))
    assert result.tolist()[1:] == [2.0, 1.0]


def test_a_call_with_arrays_that_has_no_formula_is_named_and_its_result_counts() -> None:
    foreign: Any = ForeignCall(np.sort, "their.kernels.sort")
    result, counts = trace(lambda: foreign(np.ones(3) * 2.0) + 1.0)
    assert result.tolist() == [3.0, 3.0, 3.0]
    assert counts.uncovered == {"their.kernels.sort": 1}
    assert "np.add" in {each.name for each in counts.operations}


def test_a_call_that_has_nothing_to_do_with_arrays_is_none_of_ours() -> None:
    foreign: Any = ForeignCall(len, "their.kernels.length")
    result, counts = trace(lambda: foreign([1, 2]))
    assert result == 2
    assert counts.uncovered == {}


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (lambda s: s.diff(), "algos.diff_2d"),
        (lambda s: s.groupby(s > 1.0).sum(), "groupby.group_sum"),
        (lambda s: s.groupby(s > 1.0).mean(), "groupby.group_mean"),
        (lambda s: s.groupby(s > 1.0).cumsum(), "groupby.group_cumsum"),
        (lambda s: s.groupby(s > 1.0).max(), "groupby.group_max"),
        (lambda s: s.rank(), "algos.rank_1d"),
        (lambda s: s.ffill(), "algos.pad_2d_inplace"),
    ],
)
def test_functions_that_cython_makes_for_several_dtypes_are_named(
    function: Any, named: str
) -> None:
    series = pd.Series([3.0, 1.0, np.nan, 2.0])
    result, counts = trace(function, (series,))
    pd.testing.assert_series_equal(result, function(series))
    assert f"pandas._libs.{named}" in counts.uncovered


@pytest.mark.parametrize(
    "function",
    [
        *(lambda s: s * s + 1.0, lambda s: s > 0.5, np.exp, lambda s: s.sum()),
        *(lambda s: s.clip(0.2, 0.8), lambda s: s.where(s > 0.5, 0.0), lambda s: s.std()),
        *(lambda s: s.cumsum(), lambda s: s.to_frame() * 2.0, lambda s: s.fillna(0.0)),
    ],
)
def test_a_question_about_a_type_is_no_work(function: Any) -> None:
    """By calls alone three of four were 'not counted' of the exponential of a Series."""
    _, counts = trace(function, (pd.Series(X),))
    assert (counts.coverage, counts.uncovered) == (1.0, {})


def test_one_version_of_a_function_for_several_dtypes_is_named_as_it() -> None:
    foreign: Any = ForeignCall({"double": np.sort}, "their.sort")  # type: ignore[arg-type]
    _, counts = trace(lambda: foreign["double"](np.ones(3)))
    assert counts.uncovered == {"their.sort": 1}


def test_attributes_are_those_of_the_function_also_outside_of_a_trace() -> None:
    original: Any = np.sort
    foreign: Any = ForeignCall(original, "their.kernels.sort")
    assert foreign.__wrapped__ is original.__wrapped__
    assert not isinstance(foreign(X), Counting)
    with pytest.raises(AttributeError):
        _ = foreign.no_such


def test_hidden_functions_of_numpy_and_the_math_module_are_among_them() -> None:
    originals = [original for original, _ in numpy_replacements()]
    assert math.sqrt in originals
    assert sys.modules["numpy._core._multiarray_umath"].correlate in originals
    assert np.frompyfunc in originals
    assert set(FOREIGN_KINDS.values()) == {"product", "linalg", "fft"}


def test_nditer_makes_no_count_and_is_said() -> None:
    def iterate(x: Any) -> Any:
        return [float(each) for each in np.nditer(x)]  # type: ignore[arg-type]

    result, counts = trace(iterate, [X])
    assert result == X.tolist()
    assert counts.uncovered.get("np.nditer") == 1
