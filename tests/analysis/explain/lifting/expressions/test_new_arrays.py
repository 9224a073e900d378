"""Arrays that an iteration makes anew."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.new_arrays import new_array
from profiler_suite.analysis.explain.lifting.normal_form.terms import Core
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
