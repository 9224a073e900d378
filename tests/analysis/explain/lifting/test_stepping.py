"""Short reductions as a few operations on shifted arrays."""

import pytest

from profiler_suite.analysis.explain.lifting.polynomials import Poly
from profiler_suite.analysis.explain.lifting.stepping import fixed
from profiler_suite.analysis.explain.lifting.terms import Refusal, Scan
from profiler_suite.analysis.explain.lifting.writer import Style
from tests.analysis.explain.lifting.reading import read, reader_of, within
from tests.analysis.explain.lifting.written import HELD, TEXT, same_as_loop


@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize(
    "text",
    ["y[t:t + 3].sum()", "y[t:t + 2].max()", "(y[t:t + 3] * x[:3]).sum()", "y[t:t + 3].mean()"],
)
def test_both_ways_give_what_the_loop_gives(text: str, steps: bool) -> None:
    same_as_loop(text, "t", Style(steps=steps))


def test_a_term_in_one_iteration() -> None:
    reader = reader_of(TEXT, **HELD)
    label = within(reader, "i", "x.shape[0]")
    found = fixed(read("x[i] * i + a[i, 0]", reader), label, Poly.number(2))
    assert found.loops == frozenset()
    assert found == read("x[2] * 2 + a[2, 0]", reader) or not found.own


def test_a_running_value_cannot_be_had_step_by_step() -> None:
    reader = reader_of(TEXT, **HELD)
    label = within(reader, "i", "x.shape[0]")
    running = Scan("sum", read("x[i]", reader), label, read("0.0", reader))
    with pytest.raises(Refusal, match="step by step"):
        fixed(running, label, Poly.number(1))
