"""Parts of arrays and of computed values."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.subscripts import Subscripts
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    Access,
    Core,
    KeyLookup,
    Refusal,
)
from tests.analysis.explain.lifting.reading import read, reader_of, within


def test_a_slice_of_a_computed_row_is_a_slice_of_the_whole() -> None:
    reader = reader_of()
    within(reader, "i", "n")
    assert isinstance(reader, Subscripts)
    found = read("np.sort(m[i])[:2]", reader)
    assert isinstance(found, Core)
    assert found.form == "({0})[..., 0:2]"
    assert found.own[0].count.constant == 2
    one = read("np.sort(m[i])[0]", reader)
    assert one.own == ()
    with pytest.raises(Refusal):
        read("np.sort(m[i])[i:]", reader)


def test_a_row_of_places_is_taken_apart() -> None:
    reader = reader_of(x="float64 (5,)", faces="int64 (7, 3)", m="float64 (5, 3)")
    within(reader, "i", 7)
    whole = read("m[faces[i]]", reader)
    assert len(whole.own) == 2
    corner = read("m[faces[i]][1]", reader)
    assert isinstance(corner, Access)
    assert len(corner.own) == 1


def test_a_dictionary_is_asked_for_a_number() -> None:
    reader = reader_of(
        "def f(x, k, t):\n    return x", x="float64 (5,)", t="dict of 3 as int64 (2,)"
    )
    within(reader, "i", 5)
    found = read("t[x[i]]", reader)
    assert isinstance(found, KeyLookup)
    assert [each.count.constant for each in found.own] == [2]
    with pytest.raises(Refusal, match="no key"):
        read("t[x]", reader)


def test_a_dictionary_that_changes_is_not() -> None:
    reader = reader_of(
        "def f(x, t):\n    t = {}\n    return t", x="float64 (5,)", t="dict of 0"
    )
    with pytest.raises(Refusal, match="a dict that changes"):
        read("t[3]", reader)
