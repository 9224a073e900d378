"""Equal answers of any kind are the same, unlike ones are not."""

import array
import collections
import dataclasses
import decimal
import fractions
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import interpolate, optimize, sparse

from profiler_suite.measure.explain.answers.answer_parts import arrays_of
from profiler_suite.measure.explain.answers.same_answer import compare, copied

NAN = float("nan")
PAIR = [("a", "f8"), ("b", "f8")]


class Slots:
    __slots__ = ("a",)

    def __init__(self, a: Any) -> None:
        self.a = a


@dataclasses.dataclass
class Point:
    x: Any


def local_class(value: Any) -> Any:
    class Local:
        def __init__(self) -> None:
            self.value = value

    return Local()


def chain(value: Any) -> Any:
    return lambda x: x + value


def optimum(x: Any) -> Any:
    made = optimize.OptimizeResult()
    made["x"] = x
    return made


def ring(value: Any) -> Any:
    made: list[Any] = [value]
    made.append(made)
    return made


KINDS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "series": (lambda: pd.Series([1.0, NAN]), lambda: pd.Series([1.0, 2.0])),
    "named series": (lambda: pd.Series([1.0], name="a"), lambda: pd.Series([1.0], name="b")),
    "indexed series": (
        lambda: pd.Series([1.0], index=[3]),
        lambda: pd.Series([1.0], index=[4]),
    ),
    "series of texts": (lambda: pd.Series(["a", None]), lambda: pd.Series(["a", "b"])),
    "nullable": (
        lambda: pd.Series([1, None], dtype="Int64"),
        lambda: pd.Series([1, 2], dtype="Int64"),
    ),
    "categories": (
        lambda: pd.Series(["a", "b"], dtype="category"),
        lambda: pd.Series(["a", "a"], dtype="category"),
    ),
    "frame": (lambda: pd.DataFrame({"a": [1, 2]}), lambda: pd.DataFrame({"a": [1, 3]})),
    "frame with dates": (
        lambda: pd.DataFrame({"a": pd.to_datetime(np.array(["2020-01-01", "NaT"], "M8[ns]"))}),
        lambda: pd.DataFrame({"a": pd.to_datetime(["2020-01-01", "2020-01-02"])}),
    ),
    "columns": (lambda: pd.DataFrame({"a": [1]}), lambda: pd.DataFrame({"b": [1]})),
    "index": (lambda: pd.Index([1, 2]), lambda: pd.Index([1, 3])),
    "levels": (
        lambda: pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
        lambda: pd.MultiIndex.from_tuples([(1, "a"), (2, "c")]),
    ),
    "not a time": (lambda: pd.NaT, lambda: pd.Timestamp("2020-01-01")),
    "not available": (lambda: [pd.NA], lambda: [1]),
    "csr": (
        lambda: sparse.csr_array(np.eye(3)),
        lambda: sparse.csr_array(np.eye(3) * 2),
    ),
    "coo": (
        lambda: sparse.coo_array(np.eye(3)),
        lambda: sparse.coo_array(np.eye(3)[::-1]),
    ),
    "sparse formats": (
        lambda: sparse.csr_array(np.eye(2)),
        lambda: sparse.csc_array(np.eye(2)),
    ),
    "dates": (
        lambda: np.array(["2020-01-01", "NaT"], "M8[D]"),
        lambda: np.array(["2020-01-01", "2020-01-02"], "M8[D]"),
    ),
    "durations": (lambda: np.array([1, "NaT"], "m8[s]"), lambda: np.array([2, "NaT"], "m8[s]")),
    "one date": (lambda: np.datetime64("NaT", "D"), lambda: np.datetime64("2020-01-01")),
    "structured": (lambda: np.array([(1.0, NAN)], PAIR), lambda: np.array([(1.0, 2.0)], PAIR)),
    "records": (
        lambda: np.array([(1.0, NAN)], PAIR).view(np.recarray),
        lambda: np.array([(2.0, NAN)], PAIR).view(np.recarray),
    ),
    "objects": (lambda: np.array([1.0, NAN], object), lambda: np.array([1.0, 2.0], object)),
    "arrays in objects": (
        lambda: np.array([np.ones(2), None], object),
        lambda: np.array([np.zeros(2), None], object),
    ),
    "masked": (
        lambda: np.ma.array([1.0, 2.0], mask=[False, True]),
        lambda: np.ma.array([1.0, 2.0], mask=[True, False]),
    ),
    "matrix": (
        lambda: np.ones((2, 2)).view(np.matrix),
        lambda: np.zeros((2, 2)).view(np.matrix),
    ),
    "texts": (lambda: np.array(["a", "b"]), lambda: np.array(["a", "c"])),
    "complex": (lambda: np.array([1j, NAN]), lambda: np.array([2j, NAN])),
    "infinite": (lambda: np.array([np.inf, 1.0]), lambda: np.array([-np.inf, 1.0])),
    "long doubles": (lambda: np.ones(3, np.longdouble), lambda: np.zeros(3, np.longdouble)),
    "deque": (
        lambda: collections.deque([np.arange(3)]),
        lambda: collections.deque([np.arange(3) + 1]),
    ),
    "many floats": (lambda: [0.5] * 1000 + [NAN], lambda: [0.5] * 1000 + [1.0]),
    "sets": (lambda: {1, 2}, lambda: {1, 3}),
    "dict": (lambda: {"a": np.ones(2)}, lambda: {"b": np.ones(2)}),
    "order of a dict": (lambda: {"a": [NAN]}, lambda: {"a": [1.0]}),
    "namespace": (lambda: types.SimpleNamespace(a=NAN), lambda: types.SimpleNamespace(a=1)),
    "slots": (lambda: Slots(np.ones(2)), lambda: Slots(np.zeros(2))),
    "empty slots": (lambda: object.__new__(Slots), lambda: Slots(1)),
    "dataclass": (lambda: Point(np.array([NAN])), lambda: Point(np.array([1.0]))),
    "class of the call": (lambda: local_class(NAN), lambda: local_class(2.0)),
    "closure": (lambda: chain(np.ones(2)), lambda: chain(np.zeros(2))),
    "ring": (lambda: ring(1), lambda: ring(2)),
    "generator": (lambda: np.random.default_rng(0), lambda: np.random.default_rng(1)),
    "optimum": (
        lambda: optimum(np.arange(3.0)),
        lambda: optimum(np.arange(3.0) + 1),
    ),
    "polynomial": (
        lambda: np.polynomial.Polynomial([1, 2]),
        lambda: np.polynomial.Polynomial([1, 3]),
    ),
    "spline": (
        lambda: interpolate.CubicSpline([0, 1, 2], [1, 2, 3]),
        lambda: interpolate.CubicSpline([0, 1, 2], [1, 2, 4]),
    ),
    "decimals": (lambda: decimal.Decimal("1.5"), lambda: decimal.Decimal("1.6")),
    "no decimal": (lambda: decimal.Decimal("NaN"), lambda: decimal.Decimal("1.5")),
    "array of Python's": (
        lambda: array.array("d", [1.0, NAN]),
        lambda: array.array("d", [1.0, 2.0]),
    ),
    "missing strings": (
        lambda: np.array(["a", NAN], dtype=np.dtypes.StringDType(na_object=NAN)),
        lambda: np.array(["a", "b"], dtype=np.dtypes.StringDType(na_object=NAN)),
    ),
    "fractions": (lambda: [fractions.Fraction(1, 3)], lambda: [fractions.Fraction(2, 3)]),
    "bytes": (lambda: b"ab", lambda: b"ac"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_equal_answers_are_the_same_and_others_are_not(kind: str) -> None:
    make, other = KINDS[kind]
    assert compare(make(), make()).same
    assert not compare(make(), other()).same
    assert not compare(other(), make()).same


def test_arrays_are_found_in_answers_of_any_kind() -> None:
    answer = {"a": pd.Series([1.0, 2.0]), "b": [sparse.csr_array(np.eye(2))], "c": "text"}
    assert [each.dtype.kind for each in arrays_of(answer)].count("f") == 2
    shared = np.ones(3)
    assert any(
        np.may_share_memory(each, shared) for each in arrays_of(pd.Series(shared, copy=False))
    )


def test_rounding_is_told_also_inside_of_frames() -> None:
    found = compare(pd.DataFrame({"a": [1.0, 2.0]}), pd.DataFrame({"a": [1.0, 2.0 + 1e-12]}))
    assert found.same
    assert 0 < found.largest_error < 1e-11


def test_shapes_and_dtypes_of_object_arrays_are_told() -> None:
    flat = np.array([1, None, 2, 3], object)
    assert not compare(flat, flat.reshape(2, 2)).same
    assert compare(np.ones(2, np.float32), np.ones(2)).dtype_changed


@pytest.mark.parametrize("dtype", ["U3", "M8[D]", "S2"])
def test_numbers_are_no_text_and_no_dates(dtype: Any) -> None:
    assert not compare(np.ones(2), np.zeros(2, dtype)).same
    # What an empty list becomes: there is no element to tell them apart.
    assert compare(np.array([]), np.empty(0, dtype)).same
    assert not compare(np.empty((0, 2)), np.empty(0, dtype)).same


def test_the_error_is_a_number_also_where_nothing_was_expected() -> None:
    for one, other in (([0.0], [1.0]), ([1.0], [np.inf]), ([np.nan], [1.0])):
        found = compare(np.array(one), np.array(other))
        assert not found.same
        assert np.isfinite(found.largest_error)


@pytest.mark.parametrize("other", ["b", 1, True, b"a", 1.0, None])
def test_texts_and_whole_numbers_are_compared_as_they_are(other: Any) -> None:
    values = ("a", "b", 1, True, b"a", 1.0, None)
    assert [type(each) for each in values if compare(each, other).same] == [type(other)]
    assert compare(["a", other] * 3, ["a", other] * 3).same
    assert not compare(["a", other], ["c", other]).same


class Keeps:
    """An object with lists, one of which it has twice."""

    def __init__(self) -> None:
        self.words = ["a", "b"]
        self.again = self.words
        self.rows = [[1, 2.0], ["x", None]]


def test_lists_of_numbers_and_texts_are_copied_with_what_they_share() -> None:
    keeps, pair = Keeps(), ([1, 2], {"k": [3]})
    shared = pair[0]
    one, other, again = copied((keeps, pair, shared))
    assert (one.words, one.rows, other, again) == (keeps.words, keeps.rows, pair, [1, 2])
    assert one.words is one.again is not keeps.words
    assert one.rows[0] is not keeps.rows[0]
    assert other[0] is again is not shared
    assert other[1]["k"] is not pair[1]["k"]
