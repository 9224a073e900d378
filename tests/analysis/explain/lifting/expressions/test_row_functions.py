"""Functions of rows that are written for all rows at once."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.expressions import row_functions
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, Stack
from tests.analysis.explain.lifting.reading import call, read, reader_of, within


@pytest.mark.parametrize(
    "text",
    [
        *("np.corrcoef(m[i], m[i + 1])", "np.cov(m[i], m[i])", "np.polyfit(x, m[:, 0], 2)"),
        *("np.roll(m[i], x)", "np.convolve(m[i], m[i])", "np.bincount(rows)", "np.full(s, 1)"),
        *(
            "np.convolve(m[i], x, mode='odd')",
            "np.convolve(m[i], x, s)",
            "np.roll(x + 1, rows[i])",
        ),
        *("np.trapz(m[i], y=x)", "np.polyfit(x, y, s)", "pearsonr(m[i], x, 3)"),
    ],
)
def test_what_differs_from_row_to_row_is_refused(text: str) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    if text.startswith(("np.corrcoef", "np.cov")):
        text = text.replace("m[i], m", "m, m")
    with pytest.raises(Refusal):
        read(text, reader)


def test_only_the_correlation_of_pearson_is_known() -> None:
    reader = reader_of()
    within(reader, "i", "n")
    found = row_functions.pearson(reader, call("pearsonr(m[i], m[i + 1])"))
    assert isinstance(found, Stack)
    reader.scope.env["p"] = found.args[1]
    with pytest.raises(Refusal, match="used after"):
        read("p", reader)


def test_other_functions_are_none_of_them() -> None:
    assert row_functions.row_function(reader_of(), call("np.sin(x)"), "sin") is None
    assert row_functions.most_frequent(reader_of(), call("np.sin(x)")) is None
    function = call("text.count('1')").func
    assert row_functions.bit_count(reader_of(), call("text.count('1')"), function) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("list(rows).count(n)", True),
        ("rows.tolist().count(2)", True),
        ("list(x).count(s)", True),
        ("list(m).count(n)", False),
        ("list(rows).count(rows)", False),
        ("rows.count(2)", False),
        ("str(rows).count('2')", False),
        ("list(rows).index(2)", False),
    ],
)
def test_equal_elements_of_a_list_are_counted(text: str, known: bool) -> None:
    node = call(text)
    assert isinstance(node.func, ast.Attribute)
    assert (row_functions.occurrences(reader_of(), node, node.func) is not None) is known
