"""Dictionaries that are asked for many keys: run against the loop."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.translating import translated
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.normal_form.terms import KeyLookup
from tests.analysis.explain.lifting.reading import read, reader_of, within

TABLE = {key: key * 3.5 for key in range(-5, 40)} | {10**9: 1.0}


@pytest.mark.parametrize(
    ("keys", "dtype"),
    [
        (np.array([3, 1, 4, 1, 5, 3]), "int64"),
        (np.array([3, -5, 10**9, 1, 3, 3]), "int64"),
        (np.array([3, 200, 7, 1, 3, 3], np.uint8), "uint8"),
        (np.array([3.0, -5.0, 1.0, 1.0, 3.0, 3.0]), "float64"),
        (np.array([], int), "int64"),
    ],
)
@pytest.mark.parametrize("form", ["table[k[i]]", "table.get(k[i])", "table.get(k[i], -1.0)"])
def test_values_are_those_that_each_key_gives(form: str, keys: Any, dtype: str) -> None:
    known = {
        "x": "float64 (6,)",
        "k": f"{dtype} ({len(keys)},)",
        "table": "dict of 46 as float64 ()",
    }
    reader = reader_of("def f(x, k, table):\n    return x", **known)
    label = within(reader, "i", len(keys))
    term = read(form, reader)
    assert isinstance(term, KeyLookup)
    writer = ArrayWriter(reader.scope, Style())
    found = translated(writer, term)
    assert found.dims == (label,)
    table = TABLE | {200: 2.0}
    given: dict[str, Any] = {"np": np, "k": keys, "table": table}
    exec("\n".join([*writer.before, f"found = {found.text}"]), given)
    np.testing.assert_array_equal(given["found"], [table[key] for key in keys.tolist()])
    assert given["found"].dtype == float


def test_colours_have_an_axis_of_their_own() -> None:
    known = {"k": "int64 (6,)", "table": "dict of 2 as uint8 (3,)"}
    reader = reader_of("def f(k, table):\n    return k", **known)
    within(reader, "i", 6)
    term = read("table[k[i]]", reader)
    assert isinstance(term, KeyLookup)
    writer = ArrayWriter(reader.scope, Style())
    found = translated(writer, term)
    assert [each.count.constant for each in found.dims] == [6, 3]
