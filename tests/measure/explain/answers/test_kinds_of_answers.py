"""Answers of libraries and own classes: equal ones are the same, others are not."""

import array
import collections
import ctypes
import datetime
import enum
import functools
import io
import pathlib
import re
import types
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, spatial, stats

from profiler_suite.measure.explain.answers.same_answer import compare

NAN = float("nan")
NESTED = [("place", "f8", (2,)), ("inner", [("a", "i4"), ("b", "f4")])]


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Named(NamedTuple):
    value: Any
    name: str


class Table(dict[str, Any]):
    """A dict of the user's own."""


class Point:
    """Without an equality of its own."""

    def __init__(self, x: Any) -> None:
        self.x = x


class Lazy:
    """Makes its value when it is asked for."""

    def __init__(self, x: Any) -> None:
        self._x = x

    @functools.cached_property
    def value(self) -> Any:
        return self._x * 2.0


def structured(value: float) -> Any:
    made = np.zeros(2, NESTED)
    made["place"][0] = (NAN, value)
    made["inner"]["b"] = value
    return made


def asked(value: Any) -> Any:
    made = Lazy(value)
    assert made.value is not None
    return made


def frame_of(value: Any) -> Any:
    index = pd.MultiIndex.from_product([[1, 2], ["a"]])
    return pd.DataFrame({("x", 1): [1.0, value]}, index=index)


def ctypes_array(last: float) -> Any:
    return (ctypes.c_double * 2)(1.0, last)


KINDS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "interval": (lambda: pd.Interval(0, 1), lambda: pd.Interval(0, 2)),
    "intervals": (
        lambda: pd.IntervalIndex.from_breaks([0, 1, 2]),
        lambda: pd.IntervalIndex.from_breaks([0, 1, 3]),
    ),
    "period": (lambda: pd.Period("2020-01"), lambda: pd.Period("2020-02")),
    "periods": (
        lambda: pd.period_range("2020-01", periods=2, freq="M"),
        lambda: pd.period_range("2020-02", periods=2, freq="M"),
    ),
    "span": (lambda: pd.Timedelta(1, "s"), lambda: pd.Timedelta(2, "s")),
    "moment with a zone": (
        lambda: pd.Timestamp("2020-01-01", tz="UTC"),
        lambda: pd.Timestamp("2020-01-02", tz="UTC"),
    ),
    "zoned index": (
        lambda: pd.date_range("2020-01-01", periods=2, tz="UTC"),
        lambda: pd.date_range("2020-01-02", periods=2, tz="UTC"),
    ),
    "levels of columns": (lambda: frame_of(NAN), lambda: frame_of(2.0)),
    "nullable floats": (
        lambda: pd.array([1.5, None], dtype="Float64"),
        lambda: pd.array([1.5, 2.0], dtype="Float64"),
    ),
    "pandas texts": (
        lambda: pd.Series(["a", None], dtype="string"),
        lambda: pd.Series(["a", "b"], dtype="string"),
    ),
    "sparse series": (
        lambda: pd.Series(pd.arrays.SparseArray([0, 0, 1])),
        lambda: pd.Series(pd.arrays.SparseArray([0, 0, 2])),
    ),
    "series of lists": (lambda: pd.Series([[1, NAN], []]), lambda: pd.Series([[1, 2.0], []])),
    "series of arrays": (
        lambda: pd.Series([np.ones(2), np.array([NAN])]),
        lambda: pd.Series([np.ones(2), np.array([1.0])]),
    ),
    "empty frame": (lambda: pd.DataFrame(), lambda: pd.DataFrame({"a": [1]})),
    "groups": (
        lambda: pd.DataFrame({"a": [1, 1], "b": [NAN, 2]}).groupby("a").sum(),
        lambda: pd.DataFrame({"a": [1, 1], "b": [NAN, 3]}).groupby("a").sum(),
    ),
    "nested fields": (lambda: structured(NAN), lambda: structured(1.0)),
    "one record": (lambda: structured(1.0)[0], lambda: structured(2.0)[0]),
    "half precision": (
        lambda: np.array([1, NAN], np.float16),
        lambda: np.array([1, 2], np.float16),
    ),
    "empty arrays": (lambda: np.empty((0, 3)), lambda: np.empty((0, 4))),
    "number without axes": (lambda: np.array(NAN), lambda: np.array(1.0)),
    "objects in objects": (
        lambda: np.array([{"a": np.array([NAN])}, None], object),
        lambda: np.array([{"a": np.array([1.0])}, None], object),
    ),
    "text of fixed width": (lambda: np.array([b"ab", b""]), lambda: np.array([b"ab", b"c"])),
    "array of Python's": (
        lambda: array.array("d", [1.0, 2.0]),
        lambda: array.array("d", [1.0, 3.0]),
    ),
    "array of C": (lambda: ctypes_array(2.0), lambda: ctypes_array(3.0)),
    "bytes to be changed": (lambda: bytearray(b"ab"), lambda: bytearray(b"ac")),
    "memory": (lambda: memoryview(b"ab"), lambda: memoryview(b"ac")),
    "named tuple": (lambda: Named(np.array([NAN]), "a"), lambda: Named(np.array([NAN]), "b")),
    "enum": (lambda: [Colour.RED], lambda: [Colour.BLUE]),
    "default dict": (
        lambda: collections.defaultdict(list, a=[NAN]),
        lambda: collections.defaultdict(list, a=[1.0]),
    ),
    "counter": (lambda: collections.Counter("aab"), lambda: collections.Counter("abb")),
    "chain map": (
        lambda: collections.ChainMap({"a": np.ones(2)}),
        lambda: collections.ChainMap({"a": np.zeros(2)}),
    ),
    "proxy": (
        lambda: types.MappingProxyType({"a": np.ones(2)}),
        lambda: types.MappingProxyType({"a": np.zeros(2)}),
    ),
    "frozen set": (lambda: frozenset([1, 2]), lambda: frozenset([1, 3])),
    "range": (lambda: range(3), lambda: range(4)),
    "slice": (lambda: slice(1, 2), lambda: slice(1, 3)),
    "dict of the user's": (lambda: Table(a=NAN), lambda: Table(a=1.0)),
    "object": (lambda: Point(np.array([NAN])), lambda: Point(np.array([1.0]))),
    "objects in a list": (lambda: [Point(1.0), Point(NAN)], lambda: [Point(1.0), Point(2.0)]),
    "lazy value": (lambda: asked(np.ones(2)), lambda: asked(np.zeros(2))),
    "error": (lambda: ValueError("a", 1), lambda: ValueError("a", 2)),
    "path": (lambda: pathlib.Path("a"), lambda: pathlib.Path("b")),
    "moment": (
        lambda: datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
        lambda: datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
    ),
    "identifier": (lambda: uuid.UUID(int=1), lambda: uuid.UUID(int=2)),
    "pattern": (lambda: re.compile("a"), lambda: re.compile("b")),
    "partial": (lambda: functools.partial(max, 1), lambda: functools.partial(max, 2)),
    "file in memory": (lambda: io.BytesIO(b"a"), lambda: io.BytesIO(b"b")),
    "lists of lists": (
        lambda: sparse.lil_array(np.eye(3)),
        lambda: sparse.lil_array(2 * np.eye(3)),
    ),
    "dict of keys": (lambda: sparse.dok_array(np.eye(2)), lambda: sparse.dok_array(np.eye(3))),
    "diagonals": (
        lambda: sparse.dia_array(np.eye(3)),
        lambda: sparse.dia_array(2 * np.eye(3)),
    ),
    "tree": (
        lambda: spatial.cKDTree(np.arange(6.0).reshape(3, 2)),
        lambda: spatial.cKDTree(np.arange(6.0).reshape(3, 2) + 1),
    ),
    "rotation": (
        lambda: spatial.transform.Rotation.from_euler("x", 30, degrees=True),
        lambda: spatial.transform.Rotation.from_euler("x", 40, degrees=True),
    ),
    "test of a hypothesis": (
        lambda: stats.ttest_1samp([1.0, 2.0, 3.0], 0.0),
        lambda: stats.ttest_1samp([1.0, 2.0, 4.0], 0.0),
    ),
    "Chebyshev": (
        lambda: np.polynomial.Chebyshev([1, 2]),
        lambda: np.polynomial.Chebyshev([1, 3]),
    ),
    "dtype": (lambda: np.dtype("f8"), lambda: np.dtype("f4")),
    "legacy state": (lambda: np.random.RandomState(0), lambda: np.random.RandomState(1)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_equal_answers_are_the_same_and_others_are_not(kind: str) -> None:
    make, other = KINDS[kind]
    assert compare(make(), make()).same
    assert not compare(make(), other()).same
    assert not compare(other(), make()).same
