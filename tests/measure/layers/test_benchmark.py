"""Stacks of the external sampler are put down to layers by the suite's own rule."""

import functools
import json
import sysconfig
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from profiler_suite.measure.native import layers
from tests.benchmarks.layers import (
    SOURCES,
    largest_gap,
    layer_of,
    library_of,
    mean_shares,
    without_waiting,
)

SITE = "/v/lib/python3.13/site-packages"
UMATH = f"{SITE}/numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so"
SHARED = "_cyutility.cpython-313-x86_64-linux-gnu.so"
LIBC, PYTHON = "/usr/lib/libc.so.6", "/usr/lib/libpython3.13.so.1.0"
BUILT = "/tmp/python-build.1/Python-3.13.1"
SPIN = "spin (/work/layers.py:9)"
MINE = "evaluated (/home/me/minimize.py:2)"


@pytest.mark.parametrize(
    ("frames", "layer"),
    [
        ([MINE, f"DOUBLE_add ({UMATH})"], layers.NUMPY_COMPILED),
        ([MINE, f"array_add ({UMATH})", f"memmove ({LIBC})"], layers.NUMPY_COMPILED),
        (
            [MINE, f"array_add ({UMATH})", f"_PyObject_Malloc ({PYTHON})"],
            layers.NUMPY_COMPILED,
        ),
        ([MINE, f"_PyObject_Malloc ({PYTHON})"], layers.USER),
        ([MINE, f"float_mul ({BUILT}/Objects/floatobject.c:590)"], layers.USER),
        ([MINE, "<lambda> (<string>:1)"], layers.CPYTHON),
        ([MINE, f"f ({SITE}/pandas/_libs/{SHARED})"], "pandas"),
        ([MINE, f"f ({SITE}/scipy/special/{SHARED})"], "SciPy"),
        ([MINE], layers.USER),
        ([MINE, f"mean ({np.__file__}:10)"], layers.NUMPY_PYTHON),
        ([MINE, f"apply ({pd.__file__}:10)", f"malloc ({LIBC})"], "pandas"),
        ([MINE, f"dumps ({json.__file__}:10)"], layers.CPYTHON),
        ([MINE, f"wraps ({functools.__file__}:10)"], layers.CPYTHON),
        ([MINE, f"compile ({BUILT}/Modules/_sre/sre.c:10)"], layers.USER),
        (["<module> (benchmark.py:1)", f"DOUBLE_add ({UMATH})"], ""),
        ([SPIN, f"array_dealloc ({UMATH})", f"munmap ({LIBC})"], layers.NUMPY_COMPILED),
        ([SPIN, f"_PyObject_Free ({PYTHON})"], ""),
        ([SPIN], ""),
    ],
)
def test_the_innermost_owner_has_the_stack(frames: list[str], layer: str) -> None:
    assert layer_of(frames) == layer


def test_the_largest_gap_counts() -> None:
    assert largest_gap({"pandas": 0.6, "SciPy": 0.4}, {"pandas": 0.5, "BLAS": 0.5}) == (
        "BLAS",
        0.5,
    )


def test_there_are_thirty_functions() -> None:
    assert len(SOURCES) == 30


def test_a_standard_module_that_is_a_library_is_told_by_its_source() -> None:
    folder = Path(sysconfig.get_paths()["platstdlib"]) / "lib-dynload"
    for each in sorted(folder.glob("_*.so"))[:5]:
        name = each.name.partition(".")[0]
        assert library_of(f"{BUILT}/Modules/{name}.c:3") == str(each)
        assert library_of(f"{BUILT}/Modules/{name}module.c:3") == str(each)
    assert library_of(f"{BUILT}/Objects/dictobject.c:3") == "/libpython3"
    assert library_of(f"{UMATH}") == UMATH


def test_what_the_other_does_not_see_has_no_share() -> None:
    assert without_waiting({"SciPy": 0.3, "BLAS": 0.1, "waiting": 0.6}) == {
        "SciPy": pytest.approx(0.75),
        "BLAS": pytest.approx(0.25),
    }
    assert without_waiting({"waiting": 1.0}) == {}


def test_comparisons_of_one_function_count_alike() -> None:
    assert mean_shares([{"pandas": 0.5, "SciPy": 0.5}, {"pandas": 1.0}]) == {
        "pandas": pytest.approx(0.75),
        "SciPy": pytest.approx(0.25),
    }
