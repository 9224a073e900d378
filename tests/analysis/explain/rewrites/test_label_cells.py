"""Cells of a table that a loop fills, in lists."""

import pytest

from profiler_suite.analysis.explain.rewrites import label_cells
from tests.own_source import function_of

LOOP = """
def f(df, labels):
    out = {made}
    for a, b in labels:
        {body}
    return out
"""


def made(body: str, table: str = "pd.DataFrame(0.0, df.index, df.columns)") -> list[str]:
    function = function_of(LOOP.format(body=body, made=table), out="DataFrame", df="DataFrame")
    return [text for _, text in label_cells.in_lists(function)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("out.loc[a, b] += 1", "out_cells[out_rows[a]][out_columns[b]] += 1"),
        ("out.at[a, f'x{b}'] = out.at[b, a] + 1", "[out_columns[f'x{b}']] = out_cells["),
    ],
)
def test_cells_by_places(body: str, expected: str) -> None:
    (text,) = made(body)
    assert expected in text
    assert (
        text.index("places_of") < text.index("for a, b") < text.index("out = pd.DataFrame(out_")
    )


@pytest.mark.parametrize(
    "body",
    [
        "out.loc[a] = b",
        "out.loc[a, 'x'] = b",  # a column, which rows are written over
        "out.loc[a, :] = b",
        "out.loc[a, b] = out.sum().sum()",
        "df.loc[a, b] = 1",  # somebody else may hold it
    ],
)
def test_other_uses_are_left_alone(body: str) -> None:
    assert not made(body)
