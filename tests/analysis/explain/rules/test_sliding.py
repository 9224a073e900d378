"""Windows put together from shorter ones, and medians by a filter."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import sliding
from tests.analysis.explain.rules.tables import Arguments, Fires, Refused, Silent, family_tests

rng = np.random.default_rng(43)
X, IMAGE, MASK = rng.normal(size=200), rng.normal(size=(20, 31)), rng.random((20, 31)) < 0.6
VIEW = "np.lib.stride_tricks.sliding_window_view"


def fires(text: str, of: np.ndarray, expected: str, rule: str = "window_reductions") -> Fires:
    return Fires(rule, f"def f(x):\n    return {text}\n", lambda: (of,), expected)


def given(x: np.ndarray) -> Arguments:
    return lambda: (x,)


FIRES = [
    fires(f"{VIEW}(x, 7).max(axis=-1)", X, "over_windows(np.maximum, x, (7,))"),
    fires(f"np.min({VIEW}(x, 8), axis=1)", X, "over_windows(np.minimum, x, (8,))"),
    fires(f"{VIEW}(x, 5).mean(-1) * 2", X, "return (over_windows(np.add, x, (5,)) / 5) * 2"),
    fires(f"{VIEW}(x, (3, 4)).all(axis=(2, 3))", MASK, "(np.logical_and, x, (3, 4))"),
    fires(f"{VIEW}(x, (3, 3)).any(axis=(-2, -1))", MASK, "(np.logical_or, x, (3, 3))"),
    fires(
        f"{VIEW}(x, (5, 2)).mean(axis=(2, 3))",
        IMAGE,
        "return over_windows(np.add, x, (5, 2)) / (5 * 2)",
    ),
    fires(f"{VIEW}(x, 6, axis=1).sum(axis=-1)", IMAGE, "over_windows(np.add, x, (6,), (1,))"),
    fires(f"np.median({VIEW}(x, 5), axis=-1)", X, "median_filter(x, 5)", "window_medians"),
    Fires(
        "window_reductions",
        "from numpy.lib.stride_tricks import sliding_window_view\n"
        "def f(x, n):\n"
        "    windows = sliding_window_view(x, window_shape=n)\n"
        "    return windows.max(axis=1)\n",
        lambda: (X, 9),
        "    return over_windows(np.maximum, x, (n,))",
    ),
]
FIRES += [
    Fires("moving_average", f"def f(x, n):\n    {text}\n", lambda: (X, 12), expected)
    for text, expected in (
        ("return np.convolve(x, np.ones(n) / n, mode='valid')", "return moving_sums(x, n) / n"),
        ("return np.convolve(x, np.ones(n), 'valid') / n", "return moving_sums(x, n) / n"),
        ("k = np.ones(n) / n\n    return np.convolve(x, k, 'valid')", "moving_sums(x, n) / n"),
    )
]
SILENT = [
    Silent("window_reductions", f"def f(x):\n    return {text}\n", given(of))
    for text, of in (
        (f"{VIEW}(x, 7).max(axis=0)", X),
        (f"{VIEW}(x, 7)[::7].max(axis=1)", X),
        (f"{VIEW}(x, (3, 3)).max(axis=(1, 3))", IMAGE),
        (f"{VIEW}(x, 3).sum(axis=-1)", MASK[0]),
    )
]
SILENT += [
    Silent("moving_average", f"def f(x, n):\n    return {text}\n", lambda: (X, 12))
    for text in ("np.convolve(x, np.ones(n) / n, 'same')", "np.convolve(x, np.ones(n) * x[0])")
]
SILENT.append(
    Silent(
        "window_medians",
        f"def f(x):\n    return np.median({VIEW}(x, 4), axis=1)\n",
        lambda: (X,),
    )
)
REFUSED = [
    Refused(  # a filter's order has no place for what is no number
        "window_medians",
        f"def f(x):\n    return np.median({VIEW}(x, 5), axis=1)\n",
        lambda: (np.where(X > 1.5, np.nan, X),),
    ),
    Refused(  # of large numbers that cancel, sums in another order keep other digits
        "window_reductions",
        f"def f(x):\n    return np.sign({VIEW}(x, 6).sum(axis=1))\n",
        lambda: (np.tile([1e17, 1.0, -1e17, 1.0, 1e17, -1e17], 30),),
    ),
]
test_fires, test_silent, test_refused = family_tests(FIRES, SILENT, REFUSED)
namespace: dict[str, object] = {"np": np}
exec(sliding.OVER_WINDOWS, namespace)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 7, 8, 13, 200])
@pytest.mark.parametrize("name", ["max", "min", "sum"])
def test_windows_of_every_length_are_those_of_the_view(length: int, name: str) -> None:
    ufunc = {"max": np.maximum, "min": np.minimum, "sum": np.add}[name]
    whole = np.arange(200.0) % 17
    over = namespace["over_windows"](ufunc, whole, (length,))  # type: ignore[operator]
    view = np.lib.stride_tricks.sliding_window_view(whole, length)
    assert np.array_equal(over, getattr(view, name)(axis=-1))


@pytest.mark.parametrize("length", [0, 201])
def test_a_window_that_does_not_fit_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="cannot be larger"):
        namespace["over_windows"](np.add, X, (length,))  # type: ignore[operator]
