"""What np.delete leaves."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.left_out import all_but_one, left_out
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal, Select
from tests.analysis.explain.lifting.reading import call, expression, reader_of, within


@pytest.mark.parametrize(
    ("text", "name", "axis", "known"),
    [
        ("np.delete(x, i)", "sum", None, True),
        ("np.delete(x, i + 1)", "mean", None, True),
        ("np.delete(m, i, axis=0)", "mean", "0", True),
        ("np.delete(m, i, 0)", "mean", None, False),
        ("np.delete(m, i, 0)", "mean", "1", False),
        ("np.delete(x, i)", "std", None, False),
        ("np.delete(y, i)", "sum", None, False),
        ("np.delete(x, 2)", "sum", None, False),
    ],
)
def test_a_sum_of_all_others_is_that_of_all_less_one(
    text: str, name: str, axis: str | None, known: bool
) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    chosen = left_out(reader, call(text))
    assert isinstance(chosen, Select)
    along = None if axis is None else expression(axis)
    assert (all_but_one(reader, name, chosen, along) is not None) is known


@pytest.mark.parametrize(
    "text",
    ["np.delete(x, -1)", "np.delete(m, i)", "np.delete(m, i, 1)", "np.delete(x, rows[i])"],
)
def test_others_are_refused(text: str) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    with pytest.raises(Refusal):
        left_out(reader, call(text))
