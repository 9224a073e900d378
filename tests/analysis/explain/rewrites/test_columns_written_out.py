"""Loops over columns by names that are put together, written out or left as they are."""

import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites.columns_written_out import written_out
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def made(inner: str) -> list[str]:
    """The lines of the loop over rows; none where it stays."""
    body = textwrap.indent(textwrap.dedent(inner), "        ")
    text = f"def f(df, n, cols):\n    for i in df.index:\n{body}\n    return n\n"
    source = SourceText(file="f.py", function="f", first_line=1, text=text)
    found = written_out(Function(source))
    return [] if found is None else [line.strip() for line in found.text.splitlines()[2:-1]]


def test_every_column_has_a_statement_of_its_own() -> None:
    assert made('for k in range(3):\n    n += k * df.loc[i, f"q{k}"]') == [
        "n += 0 * df.loc[i, 'q0']",
        "n += 1 * df.loc[i, 'q1']",
        "n += 2 * df.loc[i, 'q2']",
    ]
    assert made("for c in ('a', 'b'):\n    n += df.at[i, c]\n    n *= 2") == [
        "n += df.at[i, 'a']",
        "n *= 2",
        "n += df.at[i, 'b']",
        "n *= 2",
    ]


@pytest.mark.parametrize(
    "inner",
    [
        "for k in range(n):\n    n += df.loc[i, f'q{k}']",
        "for k in range(90):\n    n += df.loc[i, f'q{k}']",
        "for c in cols:\n    n += df.loc[i, c]",
        "for c in ('a', cols):\n    n += df.loc[i, c]",
        "for k in range(3):\n    n += k",
        "for k in range(3):\n    if df.loc[i, f'q{k}']:\n        break",
        "for k in range(3):\n    n += df.loc[i, f'q{k}']\n    k = 2",
        "for k in range(3):\n    n += df.loc[i, f'q{k}']\nelse:\n    n = 1",
    ],
)
def test_other_loops_stay(inner: str) -> None:
    assert made(inner) == []


def test_a_text_that_is_formatted_otherwise_stays_one() -> None:
    assert made('for k in range(2):\n    n += df.loc[i, f"q{k:02d}"]')[1] == (
        "n += df.loc[i, f'q{1:02d}']"
    )
