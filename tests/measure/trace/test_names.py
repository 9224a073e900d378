"""What operations are called, and of which kind they are."""

import numpy as np
import pytest
import scipy.special

from profiler_suite.measure.trace.names import (
    METHOD_KINDS,
    NOT_TRACED,
    function_kind,
    function_name,
    ufunc_kind,
    ufunc_path,
)
from profiler_suite.measure.trace.rebuilding.callables import callable_named


@pytest.mark.parametrize("ufunc", [np.add, np.matmul, np.isnan, scipy.special.erf], ids=str)
def test_a_ufunc_is_found_again_by_its_path(ufunc: np.ufunc) -> None:
    assert callable_named(ufunc_path(ufunc)) is ufunc
    assert ufunc_path(ufunc) == ufunc_path(ufunc)


def test_a_ufunc_of_the_users_is_nowhere() -> None:
    own = np.frompyfunc(lambda x: x, 1, 1)
    assert ufunc_path(own).startswith("ufunc ")
    assert ufunc_path(np.frompyfunc(max, 2, 1)).startswith("ufunc max")


@pytest.mark.parametrize(
    ("path", "method", "kind"),
    [
        ("np.add", "__call__", "ufunc"),
        ("np.add", "at", "ufunc"),
        ("np.add", "reduce", "reduction"),
        ("np.maximum", "accumulate", "reduction"),
        ("np.matmul", "__call__", "product"),
        ("np.linalg._umath_linalg.inv", "__call__", "linalg"),
        ("np.fft._pocketfft_umath.fft", "__call__", "fft"),
    ],
)
def test_kinds_of_ufuncs(path: str, method: str, kind: str) -> None:
    assert ufunc_kind(path, method) == kind


def test_functions_go_by_their_public_names() -> None:
    assert function_name(np.dot) == "np.dot"
    windows = np.lib.stride_tricks.sliding_window_view
    assert function_name(windows) == "np.lib.stride_tricks.sliding_window_view"
    assert function_kind("np.dot") == "product"
    assert function_kind("np.no_such") == "other"
    assert all(hasattr(np.ndarray, name) for name in METHOD_KINDS)
    for name in NOT_TRACED:
        assert hasattr(np, name.removeprefix("np.")), name
