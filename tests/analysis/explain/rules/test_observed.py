"""What was observed of calls, in words."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules.observed import counted
from profiler_suite.measure.trace import trace

A, B = np.ones(64), np.ones(96)
RECORDS = np.zeros(9, [("p", "f8"), ("q", "f8")]).view(np.recarray)


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
