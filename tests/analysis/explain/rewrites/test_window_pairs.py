"""Correlations of windows are those of windows that are cut out one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import window_pairs
from tests.own_source import function_of


@pytest.fixture(scope="module")
def of_windows() -> Callable[..., Any]:
    namespace: dict[str, Any] = {"np": np}
    exec(window_pairs.OF_WINDOWS, namespace)
    found: Callable[..., Any] = namespace["of_windows"]
    return found


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("divided", [True, False])
@pytest.mark.parametrize("width", [1, 2, 7, 50])
def test_with_missing_and_constant_windows(
    of_windows: Callable[..., Any], width: int, divided: bool
) -> None:
    rng = np.random.default_rng(width)
    x, y = (pd.Series(rng.random(50)) for _ in range(2))
    x[20:30] = 0.5
    y[35:45:3] = np.nan
    measure = pd.Series.corr if divided else pd.Series.cov
    expected = [measure(x[i : i + width], y[i : i + width]) for i in range(50 - width + 1)]
    found = of_windows(x, y, width, divided, True)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_many_windows_are_computed_in_parts(of_windows: Callable[..., Any]) -> None:
    x, y = np.random.default_rng(3).random((2, 9000))
    found = of_windows(x, y, 60, True, False)
    for place in (0, 4368, 4369, len(found) - 1):
        part = slice(place, place + 60)
        np.testing.assert_allclose(found[place], np.corrcoef(x[part], y[part])[0, 1])


LOOP = (
    "def f(x, y, w):\n    out = []\n    for i in range({over}):\n        out.append({what})\n"
)


@pytest.mark.parametrize(
    ("over", "what", "expected"),
    [
        ("w, len(x)", "x[i - w:i].corr(y[i - w:i])", "of_windows_1[i - w]"),
        (
            "w - 1, len(x)",
            "x.iloc[i - w + 1:i + 1].cov(y.iloc[i - w + 1:i + 1])",
            "[i - w + 1]",
        ),
        (
            "29, len(x)",
            "np.cov(x[i - 30 + 1:i + 1], y[i - 30 + 1:i + 1])[0, 1]",
            "[i - 30 + 1]",
        ),
        ("len(x) - w + 1", "np.corrcoef(x[i:i + w], y[i:i + w])[0, 1] ** 2", "[i] ** 2"),
    ],
)
def test_windows_of_loops(over: str, what: str, expected: str) -> None:
    function = function_of(LOOP.format(over=over, what=what))
    ((_, text),) = window_pairs.pairs_before(function)
    assert expected in text


@pytest.mark.parametrize(
    ("over", "what"),
    [
        ("len(x)", "x[i - w:i].corr(y[i - w:i])"),  # the first ones are no whole windows
        ("w, len(x)", "x[i - w:i].corr(y[i - w + 1:i + 1])"),
        ("w, len(x)", "x[i - w:i].corr(y)"),
        ("w, len(x)", "x[i - w:i].corr(y[i - w:i], method='kendall')"),
        ("w, len(x)", "np.corrcoef(x[i - w:i], y[i - w:i])"),
    ],
)
def test_other_loops_are_left_alone(over: str, what: str) -> None:
    function = function_of(LOOP.format(over=over, what=what))
    assert not list(window_pairs.pairs_before(function))
