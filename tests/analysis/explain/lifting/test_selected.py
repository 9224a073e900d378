"""What a condition selects of a row."""

import pytest

from profiler_suite.analysis.explain.lifting.operations import element_of
from profiler_suite.analysis.explain.lifting.selected import places_of
from profiler_suite.analysis.explain.lifting.terms import Refusal, Select
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
    "text", ["x[x > 0].prod()", "np.median(x[x > 0])", "m[m > 0].max(axis=0)"]
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read(text)
