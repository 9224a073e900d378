"""Stacks of the external sampler are put down to layers by the suite's own rule."""

import json

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure.native import layers
from tests.benchmarks.layers import SOURCES, largest_gap, layer_of, names_of

UMATH = "_multiarray_umath.cpython-313-x86_64-linux-gnu.so"
SHARED = "_cyutility.cpython-313-x86_64-linux-gnu.so"
SITE = "/v/lib/python3.13/site-packages"
PATHS = names_of([f"{SITE}/scipy/special/{SHARED}", f"{SITE}/pandas/_libs/{SHARED}"]) | {
    UMATH: f"/v/lib/python3.13/site-packages/numpy/_core/{UMATH}",
    "libc.so.6": "/usr/lib/libc.so.6",
    "libpython3.13.so.1.0": "/usr/lib/libpython3.13.so.1.0",
}
MINE = "evaluated (/home/me/minimize.py:2)"


@pytest.mark.parametrize(
    ("frames", "layer"),
    [
        ([MINE, f"DOUBLE_add ({UMATH})"], layers.NUMPY_COMPILED),
        ([MINE, f"array_add ({UMATH})", "memmove (libc.so.6)"], layers.NUMPY_COMPILED),
        (
            [MINE, f"array_add ({UMATH})", "_PyObject_Malloc (libpython3.13.so.1.0)"],
            layers.NUMPY_COMPILED,
        ),
        ([MINE, "_PyObject_Malloc (libpython3.13.so.1.0)"], layers.USER),
        ([MINE, "float_mul (floatobject.c:590)"], layers.USER),
        ([MINE, "<lambda> (<string>:1)"], layers.CPYTHON),
        ([MINE, f"f (pandas/_libs/{SHARED})"], "pandas"),
        ([MINE, f"f (scipy/special/{SHARED})"], "SciPy"),
        ([MINE], layers.USER),
        ([MINE, f"mean ({np.__file__}:10)"], layers.NUMPY_PYTHON),
        ([MINE, f"apply ({pd.__file__}:10)", "malloc (libc.so.6)"], "pandas"),
        ([MINE, f"dumps ({json.__file__}:10)"], layers.CPYTHON),
        (["<module> (benchmark.py:1)", f"DOUBLE_add ({UMATH})"], ""),
    ],
)
def test_the_innermost_owner_has_the_stack(frames: list[str], layer: str) -> None:
    assert layer_of(frames, PATHS) == layer


def test_the_largest_gap_counts() -> None:
    assert largest_gap({"pandas": 0.6, "SciPy": 0.4}, {"pandas": 0.5, "BLAS": 0.5}) == (
        "BLAS",
        0.5,
    )


def test_there_are_thirty_functions() -> None:
    assert len(SOURCES) == 30
