"""Functions of windows: every way to write them gives what generic_filter gives."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import filtered_windows
from tests.analysis.explain.rules.own_function import Own

IMAGE = np.random.default_rng(3).standard_normal((17, 23))
HEAD = "from scipy.ndimage import generic_filter\n"


@pytest.mark.parametrize(
    ("mode", "size"),
    [("reflect", 3), ("nearest", 2), ("mirror", 3), ("wrap", 2), ("constant", 3)],
)
@pytest.mark.parametrize(
    ("body", "written"),
    [
        ("np.sum(np.abs(w - w[0]))", ["sum(np.absolute(each - w[0]) for each in w)"]),
        ("(w * w[1]).mean()", ["sum(each * w[1] for each in w) / len(w)"]),
        ("np.max(np.abs(w - 0.5))", ["functools.reduce(np.maximum"]),
        ("w.min()", ["minimum_filter(image"]),
        ("np.sort(w)[2] - w @ w", ["np.sort(w, axis=0)[2] - (w * w).sum(axis=0)"]),
        ("np.linalg.norm(w - w.mean())", ["np.linalg.norm(w - w.mean(axis=0), axis=0)"]),
    ],
)
def test_all_ways_give_the_same(mode: str, size: int, body: str, written: list[str]) -> None:
    text = f"def f(image):\n    return generic_filter(image, g, {size}, mode={mode!r})\n"
    own = Own(f"{HEAD}def g(w):\n    return {body}\n\n{text}", IMAGE)
    found = own.findings("filter_callback")
    for each in found:
        agreed = own.agreement(each)
        assert agreed.same, agreed.reason
    sources = "\n".join(each.trial.rewrites[0].source for each in found)
    assert all(each in sources for each in written), sources
    # Around the image are zeros then, not the formula of zeros.
    formula = "maximum_filter(np.absolute(image - 0.5)"
    assert (formula in sources) == (body[:6] == "np.max" and mode != "constant")


def test_the_windows_are_those_of_the_filter() -> None:
    held: dict[str, object] = {"np": np}
    exec(filtered_windows.WINDOWS, held)
    windows = held["windows_of"]
    assert callable(windows)
    stacked = np.stack(windows(np.arange(12.0).reshape(3, 4), 2))
    assert stacked.shape == (4, 3, 4)
    np.testing.assert_array_equal(stacked[:, 1, 1], [0, 1, 4, 5])
