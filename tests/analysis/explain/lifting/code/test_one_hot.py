"""Rows of zeros of which one element is set."""

import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.one_hot import one_hot
from profiler_suite.analysis.explain.lifting.lift import STYLES
from profiler_suite.analysis.explain.lifting.normal_form.terms import Apply
from tests.analysis.explain.lifting.reading import read, reader_of, within


def written(text: str) -> list[str]:
    """The statements before a row that is set at rows[i]; none where it is no such row."""
    reader = reader_of()
    within(reader, "i", "len(rows)")
    term = read(text, reader)
    assert isinstance(term, Apply)
    writer = ArrayWriter(reader.scope, STYLES[-1])
    return writer.before if one_hot(writer, term) is not None else []


def test_all_rows_are_set_at_once() -> None:
    zeros, element = written("np.where(np.arange(4) == rows[i], 1, np.zeros(4))")
    assert zeros.endswith(" = np.zeros((len(rows), 4))")
    assert ", rows[:len(rows)]] = 1" in element or ", rows] = 1" in element


@pytest.mark.parametrize(
    "text",
    [
        "np.where(np.arange(4) == rows[i], 1, np.ones(4))",
        "np.where(np.arange(4) < rows[i], 1, np.zeros(4))",
        "np.where(np.arange(4) == x[i], 1, np.zeros(4))",
        "np.where(np.arange(4) == 2, 1, np.zeros(4))",
        "np.where(np.arange(4) == rows[i], np.arange(4), np.zeros(4))",
    ],
    ids=["ones", "smaller", "real places", "one place", "a row"],
)
def test_other_rows_are_none(text: str) -> None:
    assert written(text) == []
