"""Arrays that an iteration makes anew."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.new_arrays import new_array
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access, Core
from tests.analysis.explain.lifting.reading import call, read, reader_of, within


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("np.zeros(3)", "NP.zeros(3)"),
        ("np.empty(len(row))", "NP.empty(m.shape[1])"),
        (
            "np.ones((len(row), 2), dtype=np.float32)",
            "NP.ones((m.shape[1], 2), dtype=NP.float32)",
        ),
        ("np.zeros(len(row), int)", "NP.zeros(m.shape[1], dtype=int)"),
        ("np.arange(len(row))", "NP.arange(m.shape[1])"),
        ("np.eye(n)", "NP.eye(n)"),
    ],
)
def test_arrays_of_one_length_are_made_once(text: str, form: str) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    reader.scope.varying |= {"row"}
    reader.scope.env["row"] = read("m[i]", reader)
    made = new_array(reader, call(text), text[3:].partition("(")[0])
    assert isinstance(made, Core)
    assert made.form == form


@pytest.mark.parametrize(
    "text",
    [
        "np.zeros(i)",
        "np.zeros(rows[i])",
        "np.arange(1, len(row))",
        "np.zeros(3, k)",
        "np.full(3)",
    ],
)
def test_others_are_not(text: str) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    reader.scope.varying |= {"row", "i", "k"}
    reader.scope.env["row"] = read("m[i]", reader)
    assert new_array(reader, call(text), text[3:].partition("(")[0]) is None


@pytest.mark.parametrize(
    ("text", "count", "dtype"),
    [
        ("np.linspace(0, 1, n)", "n", "float64"),
        ("np.linspace(-2, 1.5)", "50", "float64"),
        ("np.geomspace(1, 9, num=7, endpoint=False)", "7", "float64"),
        ("np.logspace(0, 3, 4, dtype=int)", "4", ""),
    ],
)
def test_evenly_spaced_numbers_are_an_array_of_that_length(
    text: str, count: str, dtype: str
) -> None:
    reader = reader_of()
    made = new_array(reader, call(text), text[3:].partition("(")[0])
    assert isinstance(made, Access)
    assert made.base == text
    assert made.dtype == dtype
    (axis,) = made.own
    assert axis.count.text() == count
    assert reader.facts.extent(text, 0) == axis.count


@pytest.mark.parametrize(
    "text",
    [
        "np.linspace(m[0], 1, 3)",
        "np.linspace(0, 1, rows[i])",
        "np.linspace(0, 1, 3, retstep=True)",
        "np.linspace(0, 1, 3, axis=0)",
        "np.linspace(0, i, 3)",
        "np.linspace(0, 1, 3, num=4)",
    ],
)
def test_spaced_numbers_that_differ_or_are_more_than_one_row_are_not(text: str) -> None:
    reader = reader_of()
    within(reader, "i", "n")
    reader.scope.varying |= {"i"}
    found = new_array(reader, call(text), "linspace")
    assert found is None
