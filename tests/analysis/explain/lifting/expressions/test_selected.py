"""What a condition selects of a row."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.selected import (
    places_of,
    selected_like,
)
from profiler_suite.analysis.explain.lifting.normal_form.operations import element_of
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce, Refusal, Select
from tests.analysis.explain.lifting.reading import read, reader_of, within


def test_places_are_counted_along_each_axis() -> None:
    reader = reader_of()
    (rows, columns) = places_of(reader, read("m > 0", reader)).args
    assert isinstance(rows, Select)
    assert isinstance(columns, Select)
    assert rows.flat
    assert columns.flat
    with pytest.raises(Refusal, match="no condition"):
        places_of(reader, read("m", reader))


def test_only_the_first_and_the_last_are_known() -> None:
    reader = reader_of()
    within(reader, "i", "n")
    found = read("np.flatnonzero(m[i] > 0)", reader)
    assert isinstance(found, Select)
    assert element_of(found, 0).own == ()
    assert element_of(found, -1).own == ()
    with pytest.raises(Refusal, match="first or last"):
        element_of(found, 1)


@pytest.mark.parametrize(
    "text", ["m[m > 0].max()", "m[m > 0].sum()", "x[x > 0].mean()", "x[x > 0].min()"]
)
def test_reductions_of_what_is_selected(text: str) -> None:
    assert read(text).own == ()


@pytest.mark.parametrize(
    ("text", "op", "form"),
    [
        ("np.median(x[~np.isnan(x)])", "nanmedian", ""),
        ("x[~np.isnan(x)].std(ddof=1)", "nanstd", ", ddof=1"),
        ("np.percentile(x[x > 0], 90)", "nanpercentile", ", 90"),
        ("np.nanvar(x[x > 0])", "nanvar", ""),
    ],
)
def test_medians_and_deviations_leave_out_what_is_nan(text: str, op: str, form: str) -> None:
    found = read(text)
    assert isinstance(found, Reduce)
    assert (found.op, found.form) == (op, form)


def test_a_condition_may_stand_beside_numbers() -> None:
    reader = reader_of()
    within(reader, "j", "n")
    found = read("m[x > 0, j]", reader)
    assert isinstance(found, Select)
    assert len(found.own) == 1
    assert not isinstance(read("m[rows, j]", reader), Select)


def test_what_is_set_must_be_selected_by_the_same_condition() -> None:
    reader = reader_of()
    chosen = read("x[x > 0]", reader)
    assert isinstance(chosen, Select)
    assert selected_like(read("x[x > 0] * 2", reader), chosen).own == chosen.own
    with pytest.raises(Refusal, match="another condition"):
        selected_like(read("x[x > 1]", reader), chosen)
    with pytest.raises(Refusal, match="as many values"):
        selected_like(read("x", reader), chosen)


@pytest.mark.parametrize(
    "text", ["x[x > 0].prod()", "np.median(x[x > 0], axis=0)", "m[m > 0].max(axis=0)"]
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)
