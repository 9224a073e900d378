"""What was observed of calls, in words."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules.evidence import counted
from profiler_suite.measure.trace import trace
from tests.analysis.explain.rules.own_function import Own

A, B = np.ones(64), np.ones(96)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda: np.fft.fft(A), "1 × np.fft.fft on float64 (64,)"),
        (lambda: (np.fft.fft(A), np.fft.fft(B)), "2 × np.fft.fft on float64 (96,)"),
        (lambda: np.median(A), "1 × np.median on float64 (64,)"),
        (
            lambda: (np.sum(A), np.sum(A), np.sum(B)),
            "2 × np.sum on float64 (64,), 1 × np.sum on float64 (96,)",
        ),
        (lambda: A + A, "1 × np.add on float64 (64,)"),
    ],
)
def test_a_call_is_counted_once_whatever_it_calls(function: object, said: str) -> None:
    _, counts = trace(function, (), seconds=5)  # type: ignore[arg-type]
    assert counted(counts.operations) == said


def test_a_call_outside_loops_is_counted_as_it_is_written() -> None:
    text = (
        "def f(x, y):\n"
        "    a, b = np.meshgrid(x, y)\n"
        "    parts = np.split(x, [3, 5, 9])\n"
        "    return [np.median(each) for each in parts], a + b\n"
    )
    own = Own(text, A, B)
    (function,) = own.observed.functions
    said = [own.observed.evidence(function, [line]) for line in (3, 4, 5)]
    assert said[0].startswith("1 × np.meshgrid on float64 ")
    assert said[1].startswith("1 × np.split on float64 ")
    assert "1 × np.median" not in said[2]
