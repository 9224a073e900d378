"""Whose code runs, in words: the layers that matter and the costliest functions of packages."""

import copy
import inspect
import json.encoder
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from profiler_suite.analysis.explain import layers
from profiler_suite.measure.native.layers import NUMPY_PYTHON
from profiler_suite.model.layers import CalleeSamples, LayerRecord, LayerSamples

VALIDATION = "/v/lib/python3.13/site-packages/sklearn/utils/validation.py"


def callee(own: int, **fields: Any) -> CalleeSamples:
    return CalleeSamples(
        **{
            "function": "_assert_all_finite",
            "file": VALIDATION,
            "line": 133,
            "layer": "scikit-learn",
            "own": own,
            "total": own,
            "below_file": "mine.py",
            "below_line": 6,
            **fields,
        }
    )


def record(*callees: CalleeSamples, **samples: int) -> LayerRecord:
    found = [LayerSamples(layer=n.replace("_", " "), samples=c) for n, c in samples.items()]
    return LayerRecord(
        samples=sum(samples.values()), layers=tuple(found), callees=tuple(callees)
    )


def test_small_layers_are_told_together() -> None:
    found = record(pandas=620, your_code=340, SciPy=20, BLAS=20)
    assert layers.in_words(found) == "pandas 62 %, your code 34 %, others 4.0 %"


@pytest.mark.parametrize(
    ("samples", "matters"),
    [
        ({"your code": 500, "NumPy's compiled code": 500}, False),
        ({"your code": 300, "pandas": 300, "NumPy's compiled code": 400}, True),
        ({"pandas": 800, "NumPy's compiled code": 200}, True),
        ({"your code": 980, "pandas": 10, "SciPy": 10}, False),
        ({"your code": 900, "waiting": 100}, True),
        ({"pandas": 10, "SciPy": 10, "BLAS": 10}, False),
    ],
)
def test_more_than_two_layers_a_packages_share_or_waiting_matter(
    samples: dict[str, int], matters: bool
) -> None:
    assert layers.matter(record(**samples)) == matters


def test_a_function_of_a_package_with_file_and_line() -> None:
    found = record(callee(120), callee(10), callee(900, layer="your code"), a=1000)
    (worth,) = layers.costliest(found)
    assert layers.callee_in_words(worth, found) == (
        "12 % _assert_all_finite, sklearn/utils/validation.py:133, below line 6"
    )


def test_without_stacks_there_is_a_reason_and_no_table() -> None:
    nothing = LayerRecord(samples=0, layers=(), callees=(), reason="not here")
    assert not layers.matter(nothing)
    assert layers.costliest(nothing) == ()
    assert layers.note(nothing) == "whose code runs is not known: not here"
    assert layers.note(None) == ""


@pytest.mark.parametrize(
    ("file", "line", "own", "said"),
    [
        ("/home/me/mine.py", 12, "/home/me/mine.py", "12"),
        ("/home/me/helpers.py", 12, "/home/me/mine.py", "helpers.py:12"),
        (VALIDATION, 133, "/home/me/mine.py", "validation.py:133"),
        (VALIDATION, 133, "", "validation.py:133"),
        ("/home/me/helpers.py", 12, "", "12"),
        ("", 0, "/home/me/mine.py", ""),
        ("", 12, "/home/me/mine.py", "12"),
    ],
)
def test_a_line_of_another_file_has_its_name(file: str, line: int, own: str, said: str) -> None:
    assert layers.place(file, line, own) == said


def test_the_outermost_function_below_the_users_lines_is_said() -> None:
    outer = callee(0, function="check_array", total=900)
    found = record(callee(800), outer, scikit_learn=900, your_code=100)
    assert (
        layers.below_in_words(found) == "90 % below check_array (sklearn/utils/validation.py)"
    )
    # Of functions that are always there together it is the one that the user's line calls.
    recursive = callee(600, function="deepcopy", file=copy.__file__, total=980, called=980)
    between = callee(100, function="_deepcopy_list", file=copy.__file__, total=980)
    found = record(recursive, between, CPython=1000)
    assert layers.below_in_words(found) == "98 % below deepcopy (copy.py)"
    # A wrapper of a decorator is passed over for what it wraps.
    wrapper = callee(10, function="checked.<locals>.wrapper", total=980, called=980)
    found = record(wrapper, callee(5, function="Rolling.apply", total=960), pandas=1000)
    assert layers.below_in_words(found).startswith("96 % below Rolling.apply")
    found = record(wrapper, callee(5, function="other", total=600), pandas=1000)
    assert layers.below_in_words(found).startswith("98 % below checked.<locals>.wrapper")
    own = callee(0, function="mine", total=950, layer="your code")
    assert layers.below_in_words(record(own, callee(300), a=1000)) == ""
    assert layers.below_in_words(None) == ""


def test_a_function_of_numpy_is_told_as_it_is_called() -> None:
    pad = inspect.unwrap(np.pad).__code__
    below = callee(40, function="pad", file=pad.co_filename, total=620, called=600)
    inner = callee(300, function="_set_pad_area", file=pad.co_filename, total=400, called=300)
    own = [replace(each, layer=NUMPY_PYTHON) for each in (inner, below)]
    found = record(*own, your_code=1000)
    assert layers.below_numpy_in_words(found) == "62 % below np.pad"
    named_alike = replace(own[1], file="/v/lib/site-packages/numpy/other.py")
    assert layers.below_numpy_in_words(record(named_alike, your_code=1000)) == (
        "62 % below pad (numpy/other.py)"
    )
    method = replace(own[1], function="_amax", file="/v/numpy/_core/_methods.py")
    assert layers.below_numpy_in_words(record(method, your_code=1000)) == (
        "62 % below ndarray.max"
    )
    assert layers.below_numpy_in_words(record(callee(900), a=1000)) == ""
    assert layers.below_numpy_in_words(None) == ""


def test_the_package_whose_code_takes_most_of_the_time() -> None:
    assert layers.largest_package(record(pandas=620, your_code=380)) == ("pandas", 0.62)
    assert layers.largest_package(record(pandas=400, your_code=600)) is None
    assert layers.largest_package(record(CPython=900, pandas=100)) is None


def test_a_file_of_the_standard_library_is_told_by_its_package() -> None:
    assert layers.short_file(json.encoder.__file__) == "json/encoder.py"
    assert layers.short_file(copy.__file__) == "copy.py"
