"""Sums over elements of each key as one bincount."""

import pytest

from profiler_suite.analysis.explain.lifting.counts import counted_by_key
from profiler_suite.analysis.explain.lifting.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.terms import Reduce
from profiler_suite.analysis.explain.lifting.writer import Style
from tests.analysis.explain.lifting.reading import read, reader_of, within
from tests.analysis.explain.lifting.written import HELD, TEXT, same_as_loop


def found(text: str) -> str:
    reader = reader_of(TEXT, **HELD)
    within(reader, "t", 3)
    term = read(text, reader)
    assert isinstance(term, Reduce)
    made = counted_by_key(ArrayWriter(reader.scope, Style()), term)
    return made.text if made else ""


@pytest.mark.parametrize(
    "text", ["(k == t).sum()", "np.where(k == t, x, 0).sum()", "(k == t + 1).sum()"]
)
def test_keys_are_counted_at_once(text: str) -> None:
    assert "bincount(" in found(text)
    assert f"minlength={4 if '+ 1' in text else 3}" in found(text)
    same_as_loop(text, "t")


@pytest.mark.parametrize(
    "text",
    ["(k < t).sum()", "(x == t).sum()", "(k == 2 * t).sum()", "(k == t).max()", "x.sum()"],
)
def test_others_are_none(text: str) -> None:
    assert found(text) == ""
