"""Loops of which a trace records a sample: FLOP and calls are still those derived by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.recorder import Recorder

N = 4000
"""Iterations; all calls are recorded until the 512th, then one of 61."""


@pytest.fixture
def soon_sampling(monkeypatch: pytest.MonkeyPatch) -> None:
    def read_clock(self: Recorder) -> None:
        self.sampling = self._entered >= 512

    monkeypatch.setattr(Recorder, "_read_clock", read_clock)


def elements(x: Any) -> Any:
    total = 0.0
    for i in range(N):
        total += x[i]
    return total


def over_items(x: Any) -> Any:
    return [v * v + 1.0 for v in x]


def of_a_list(x: Any) -> Any:
    return [v * 2.0 for v in x.tolist()]


def stored(x: Any) -> Any:
    out = np.empty(N)
    for i in range(N):
        out[i] = x[i] * 3.0
    return out


def in_place(x: Any) -> Any:
    for _ in range(N):
        x[:8] += 1.0
    return x


def nested(x: Any) -> Any:
    total = 0.0
    for i in range(N // 50):
        for j in range(50):
            total += x[i] * x[j]
    return total


def windows(x: Any) -> Any:
    return [x[i : i + 5].sum() for i in range(N - 5)]


def products(x: Any) -> Any:
    a = x[:9].reshape(3, 3)
    for _ in range(N):
        a = (a @ a) * 0.1
    return a


def dots(x: Any) -> Any:
    return [np.dot(x[:7], x[i : i + 7]) for i in range(N - 7)]


def halves(x: Any) -> Any:
    """Two lines, each in every other iteration."""
    total = 0.0
    for i in range(N):
        if i % 2:
            total += x[:3].sum()
        else:
            total -= x[0]
    return total


def one_of_ten(x: Any) -> Any:
    y = x[:4]
    for i in range(N):
        if i % 10 == 0:
            y = np.sqrt(y)
        y = y + 1.0
    return y


def growing(x: Any) -> Any:
    return [x[: i + 1].sum() for i in range(N)]


def shrinking(x: Any) -> Any:
    return [(x[i:] * 2.0)[0] for i in range(N)]


def through_a_helper(x: Any) -> Any:
    return [helper(x[i : i + 2]) for i in range(N - 2)]


def helper(pair: Any) -> Any:
    return pair[0] * 2.0 + pair[1]


def wrapped(x: Any) -> Any:
    return [np.mean(x[:6]) for _ in range(N)]


def compared(x: Any) -> Any:
    found = 0
    for i in range(N):
        if x[i] > 0.5:
            found += 1
    return found


def while_loop(x: Any) -> Any:
    y = x[:2]
    count = 0
    while count < N:
        y = y * 0.99 + 0.01
        count += 1
    return y


def generated(x: Any) -> Any:
    return sum(x[i] * x[i] for i in range(N))


def called_back(x: Any) -> Any:
    return np.vectorize(lambda v: v * v - 1.0, otypes=[float])(x)


def of_matrices(x: Any) -> Any:
    a = np.stack([x[:9].reshape(3, 3) + np.eye(3)] * N)
    return [np.linalg.det(a[i]) for i in range(N)]


def several_calls_a_line(x: Any) -> Any:
    y = x[:5]
    for _ in range(N):
        y = np.maximum(y * 0.5 + 0.25, np.minimum(y, 1.0))
    return y


def with_a_long_beginning(x: Any) -> Any:
    y = np.sort(x) * 2.0 + x
    for i in range(N):
        y[i] = y[i] - 1.0
    return y


CASES: list[tuple[Callable[..., Any], float, float]] = [
    # FLOP, and by how much the sample of calls of different sizes may be off.
    (elements, N, 0.0),
    (over_items, 2 * N, 0.0),
    (of_a_list, N, 0.0),
    (stored, N, 0.0),
    (in_place, 8 * N, 0.0),
    (nested, 2 * N, 0.0),
    (windows, 4 * (N - 5), 0.0),
    (products, N * (2 * 27 + 9), 0.0),
    (dots, 14 * (N - 7), 0.0),
    (halves, N / 2 * (2 + 1) + N / 2, 0.0),
    (one_of_ten, 4 * N + 4 * N / 10, 0.0),
    (growing, N * (N - 1) / 2, 0.02),
    (shrinking, N * (N + 1) / 2, 0.02),
    (through_a_helper, 2 * (N - 2), 0.0),
    # Five additions and a division.
    (wrapped, 6 * N, 0.0),
    (compared, N, 0.0),
    (while_loop, 4 * N, 0.0),
    (generated, 2 * N, 0.0),
    (called_back, 2 * N, 0.0),
    (of_matrices, N * 2 / 3 * 27 + 9, 0.0),
    (several_calls_a_line, N * 4 * 5, 0.0),
    (with_a_long_beginning, 2 * N + N, 0.0),
]


@pytest.mark.usefixtures("soon_sampling")
@pytest.mark.parametrize(
    ("function", "flop", "off"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_a_sample_of_the_calls_gives_the_flop_of_all(
    function: Callable[..., Any], flop: float, off: float
) -> None:
    x = np.random.default_rng(5).random(N)
    _, counts = trace(function, (x,), seconds=60.0)
    assert counts.complete
    assert counts.coverage == 1.0, counts.uncovered
    assert counts.extrapolated > 0.4 * counts.calls
    assert counts.flop == pytest.approx(flop, rel=max(off, 1e-3)), counts.operations
