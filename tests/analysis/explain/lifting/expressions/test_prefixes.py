"""Parts of a row with bounds that follow the loops."""

import pytest

from profiler_suite.analysis.explain.lifting.expressions.prefixes import of_part
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import expression, reader_of, within


@pytest.mark.parametrize(
    ("text", "name", "known"),
    [
        ("x[:i]", "sum", True),
        ("x[i:]", "mean", True),
        ("x[i:2 * i]", "sum", True),
        ("x[:i + 1]", "max", True),
        ("x[i:2 * i]", "max", False),
        ("x[i:i + 3]", "sum", False),
        ("x[1:3]", "sum", False),
        ("m[i, :i]", "sum", False),
        ("x[:i]", "median", False),
        ("x[::i]", "sum", False),
        ("x", "sum", False),
    ],
)
def test_parts_that_grow_or_shrink(text: str, name: str, known: bool) -> None:
    reader = reader_of()
    within(reader, "i", 5)
    assert (of_part(reader, expression(text), name) is not None) is known


def test_bounds_that_are_looked_up_are_refused() -> None:
    reader = reader_of()
    within(reader, "i", 5)
    with pytest.raises(Refusal, match="no sum of loop variables"):
        of_part(reader, expression("x[:rows[i]]"), "sum")
