"""Columns of DataFrames at the row of a loop."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.expressions.frames import column, column_element
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import At, Refusal, Row
from tests.analysis.explain.lifting.reading import expression, reader_of, within


@pytest.mark.parametrize(
    ("text", "assumed"),
    [
        ("df['a'][i]", True),
        ("df['a'].loc[i]", True),
        ("df.loc[i, 'a']", True),
        ("df.at[i, 'a']", True),
        ("df['a'].iloc[i]", False),
        ("df.iloc[i]['a']", False),
        ("df.loc[i]['a']", True),
    ],
)
def test_all_ways_to_ask_for_an_element_are_one(text: str, assumed: bool) -> None:
    reader = reader_of()
    label = within(reader, "i", "n")
    node = expression(text)
    assert isinstance(node, ast.Subscript)
    found = column_element(reader.scope, node, reader.read)
    assert found is not None
    assert found.base == "df['a'].to_numpy()"
    assert found.subs == (At(label.index),)
    assert bool(reader.scope.assumptions) is assumed


@pytest.mark.parametrize(
    "text", ["m[0]", "m[0][1]", "df[name][i]", "df['a'][s]", "df.iloc[i, 'a']", "g()['a'][i]"]
)
def test_others_are_none(text: str) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    node = expression(text)
    assert isinstance(node, ast.Subscript)
    assert column_element(reader.scope, node, reader.read) is None


def test_a_row_has_columns_by_written_names_only() -> None:
    scope = reader_of().scope
    row = Row("df", scope.label(Poly.atom("n"), "row", 0))
    odd = column(scope, row, expression('"it\'s odd"'))
    assert eval(odd.base.removesuffix(".to_numpy()"), {"df": {"it's odd": 1}}) == 1
    with pytest.raises(Refusal, match="which column of df"):
        column(scope, row, expression("name"))
