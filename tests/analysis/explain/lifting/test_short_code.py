"""Loops over windows become a few lines to copy, and some style gives few enough."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.analysis.explain.lifting import checking
from tests.analysis.explain.lifting.checking import Kind

A = Any
RANDOM = np.random.default_rng(2)
MOST_LINES = {"layer": 6, "edges": 4, "smooth": 1}
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
    lines: list[int] = []
    for way in ways:
        answer, _ = checking.run(checking.made(way), values)
        np.testing.assert_allclose(answer, expected, rtol=1e-12)
        new = [line for _, _, after in way.rewrite.lines for line in after.splitlines()]
        assert max(map(len, new)) <= 80
        lines.append(len(new))
    assert min(lines) <= MOST_LINES[name], [way.source for way in ways]


def test_the_shape_of_the_result_is_not_written_out_length_by_length() -> None:
    kind, values = LOOPS["layer"]
    sources = [
        way.source for way in checking.lifting(kind, checking.names_of(kind, values)).lifted
    ]
    assert any(".reshape(result.shape)" in source for source in sources)


def code(name: str, title: str) -> str:
    """The new lines of the whole nest written in one style."""
    kind, values = LOOPS[name]
    ways = checking.lifting(kind, checking.names_of(kind, values)).lifted
    way = next(each for each in ways if each.title.endswith(title))
    (change,) = way.rewrite.lines
    return change[2]


def test_the_two_matrices_of_a_long_product_have_names() -> None:
    assert code("layer", "as one matrix product").splitlines() == [
        "windows = np.lib.stride_tricks.sliding_window_view(",
        "    picture, (height, width, picture.shape[2])",
        ")[:len(result) * step:step, :result.shape[1] * step:step, 0]",
        "rows = windows.reshape(len(result) * result.shape[1], -1)",
        "columns = (",
        "    weights[:result.shape[2]].reshape(result.shape[2], rows.shape[1]).T",
        ")",
        "result[...] = (rows @ columns).reshape(result.shape)",
    ]


def test_a_short_product_is_one_expression_without_needless_lengths() -> None:
    assert code("edges", "as one matrix product").splitlines() == [
        "result[...] = (",
        "    np.lib.stride_tricks.sliding_window_view(picture, (3, 3)).reshape(-1, 9)",
        "    @ weights.ravel()",
        ").reshape(result.shape)",
    ]


def test_all_windows_are_not_taken_once_more() -> None:
    assert code("smooth", "as a matrix product") == (
        "result[:] = np.lib.stride_tricks.sliding_window_view(signal, size) @ weights"
    )


def test_loops_without_a_name_count_by_letters_that_are_free() -> None:
    assert "for m in range(height) for n in range(width)" not in code(
        "edges", "as array expressions"
    )
    assert "for k in range(3) for m in range(3)" in code("edges", "as array expressions")
    assert "m in range(height)" in code("layer", "as array expressions")  # k is its own
