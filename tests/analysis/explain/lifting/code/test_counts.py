"""Sums over elements of each key as one bincount."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.counts import counted_by_key
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.terms import Reduce
from tests.analysis.explain.lifting.reading import lifted_text, read, reader_of, within
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


def columns(text: str) -> str:
    """The sums of the columns of a by key, for a loop over t and over j."""
    names = {"a": "float64 (5, 4)", "k": "int64 (5,)", "out": "float64 (3, 4)"}
    body = f"for t in range(3):\n    for j in range(a.shape[1]):\n        {text}\nreturn out"
    return lifted_text(body, names).lifted[0].source


def test_columns_are_counted_one_by_one() -> None:
    made = columns("out[t, j] = a[k == t, j].sum()")
    assert "[np.bincount(k, column, 3)[:3] for column in a.T], axis=1" in made
    assert "bincount" in columns("out[t, j] = a[(k == t) & (a[:, j] > 0), j].sum()")


def test_other_conditions_count_nothing() -> None:
    assert "bincount" not in columns("out[t, j] = a[k < t, j].sum()")
    assert "bincount" not in columns("out[t, j] = a[(k == t) | (a[:, j] > 0), j].sum()")


def test_different_values_and_places_are_found_together() -> None:
    names = {"a": "float64 (5, 4)", "k": "int64 (5,)"}
    loop = "for t in np.unique(k):\n    out.append(a[k == t].mean(axis=0))"
    made = lifted_text(f"out = []\n{loop}\nreturn np.array(out)", names).lifted[0].source
    assert "k_values, places, counts = np.unique(" in made
    total = lifted_text(f"out = []\n{loop.replace('mean', 'sum')}\nreturn np.array(out)", names)
    assert "k_values, places = np.unique(k, return_inverse=True)" in total.lifted[0].source


RATES = """
found = []
for t in {values}:
    above = {above}
    hits = np.sum({hits} & (y == 1))
    missed = np.sum({missed} & (y == 1))
    found.append(hits / (hits + missed + 1))
return np.array(found)
"""


@pytest.mark.parametrize(
    ("above", "hits", "missed"),
    [
        ("s >= t", "above", "~above"),
        ("(s > t).astype(int)", "(above == 1)", "(above == 0)"),
        ("np.where(s >= t, 1, 0)", "(1 == above)", "(above != 1)"),
    ],
)
@pytest.mark.parametrize("values", ["limits", "np.sort(np.unique(s))[::-1]", "np.unique(s)"])
def test_chosen_elements_beyond_limits_are_counted_by_a_sort(
    above: str, hits: str, missed: str, values: str
) -> None:
    rng = np.random.default_rng(8)
    given = {
        "s": rng.integers(0, 9, 40) / 8,
        "y": rng.integers(0, 2, 40),
        "limits": np.linspace(-0.1, 1.1, 13),
    }
    body = RATES.format(values=values, above=above, hits=hits, missed=missed).strip()
    names = {"s": "float64 (40,)", "y": "int64 (40,)", "limits": "float64 (13,)"}
    made = lifted_text(body, names).lifted[0].source
    assert made.count("np.searchsorted(") == 2
    assert "for " not in made
    parameters = ", ".join(names)
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    before: dict[str, Any] = {"np": np}
    after: dict[str, Any] = {"np": np}
    exec(f"def f({parameters}):\n{indented}", before)
    exec(made, after)
    np.testing.assert_allclose(after["f"](**given), before["f"](**given))
