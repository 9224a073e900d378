"""Short reductions as a few operations on shifted arrays."""

import pytest

from profiler_suite.analysis.explain.lifting.code.stepping import MOST_STEPS
from profiler_suite.analysis.explain.lifting.code.writer import Style
from tests.analysis.explain.lifting.written import lowered, same_as_loop


@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        *("y[t:t + 3].sum()", "y[t:t + 2].max()", "(y[t:t + 3] * x[:3]).sum()"),
        *("y[t:t + 3].mean()", "(y[t:t + 3] > 0.5).any()", "(y[t:t + 3] > 0.5).all()"),
    ],
)
def test_both_ways_give_what_the_loop_gives(text: str, steps: bool) -> None:
    same_as_loop(text, "t", Style(steps=steps))


def test_a_reduction_over_many_elements_is_one_call() -> None:
    few, many = (
        lowered(f"y[t:t + {count}].sum()", "t", Style(steps=True))[0]
        for count in (MOST_STEPS, MOST_STEPS + 1)
    )
    assert " for " in few
    assert " for " not in many


@pytest.mark.parametrize(("method", "of_none"), [("any", "zeros"), ("all", "ones")])
def test_of_no_steps_at_all_there_is_an_answer_too(method: str, of_none: str) -> None:
    text, _ = lowered(f"(y[t:t + 3] > 0.5).{method}()", "t", Style(steps=True))
    assert f"np.{of_none}(" in text
    assert "functools.reduce(" in text
