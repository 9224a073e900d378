"""Loops over windows become a few lines to copy, and some style gives few enough."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting.checking import Kind

A = Any
RANDOM = np.random.default_rng(2)
LOOPS: dict[str, tuple[Kind, tuple[Any, ...]]] = {}


def loop(*values: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        LOOPS[function.__name__] = (Kind(function, {}, 0), values)
        return function

    return register


@loop(RANDOM.random((12, 10, 3)), RANDOM.random((4, 3, 2, 3)), 2)
def layer(picture: A, weights: A, step: A) -> A:
    _, height, width, _ = weights.shape
    down = (picture.shape[0] - height) // step + 1
    across = (picture.shape[1] - width) // step + 1
    result = np.empty(tuple(int(n) for n in (down, across, len(weights))))
    for i in range(result.shape[0]):
        for j in range(result.shape[1]):
            for k in range(result.shape[2]):
                result[i, j, k] = np.sum(
                    picture[step * i : step * i + height, step * j : step * j + width]
                    * weights[k]
                )
    return result


@loop(RANDOM.random((12, 10)), RANDOM.random((3, 3)))
def edges(picture: A, weights: A) -> A:
    result = np.zeros((len(picture) - 2, picture.shape[1] - 2))
    for r in range(result.shape[0]):
        for c in range(result.shape[1]):
            result[r, c] = (picture[r : r + 3, c : c + 3] * weights).sum()
    return result


@loop(RANDOM.random(40), RANDOM.random(8))
def smooth(signal: A, weights: A) -> A:
    size = len(weights)
    result = np.empty(len(signal) - size + 1)
    for start in range(len(result)):
        result[start] = np.dot(signal[start : start + size], weights)
    return result


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_over_windows_is_a_few_lines_in_some_style(name: str) -> None:
    kind, values = LOOPS[name]
    expected, _ = checking.run(kind.function, values)
    ways = checking.lifting(kind, checking.names_of(kind, values)).lifted
    lines = []
    for way in ways:
        answer, _ = checking.run(checking.made(way), values)
        np.testing.assert_allclose(answer, expected, rtol=1e-12)
        new = [line for _, _, after in way.rewrite.lines for line in after.splitlines()]
        assert max(map(len, new)) <= 80
        lines.append(len(new))
    assert min(lines) <= 6, [way.source for way in ways]


def test_the_shape_of_the_result_is_not_written_out_length_by_length() -> None:
    kind, values = LOOPS["layer"]
    sources = [
        way.source for way in checking.lifting(kind, checking.names_of(kind, values)).lifted
    ]
    assert any(".reshape(result.shape)" in source for source in sources)
