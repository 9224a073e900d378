"""Small arrays with zeros, edges or the other end around them."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rules import padding
from tests.analysis.explain.rules.tables import Arguments, Fires, Silent, family_tests

rng = np.random.default_rng(53)
BOARD, LINE = rng.integers(0, 2, (9, 12)), rng.random(30)


def given(x: np.ndarray) -> Arguments:
    return lambda: (x,)


FIRES = [
    Fires("small_padding", f"def f(x):\n    return {text}\n", given(of), expected)
    for text, of, expected in (
        ("np.pad(x, 1)", BOARD, "return padded(x, 1)"),
        ("np.pad(x, pad_width=2, mode='constant', constant_values=0)", BOARD, "padded(x, 2)"),
        ("np.pad(x, ((1, 0), (0, 2)))", BOARD, "padded_by(x, ((1, 0), (0, 2)))"),
        ("np.pad(x, (0, 3), 'constant')", LINE, "padded_by(x, ((0, 3),))"),
        ("np.pad(x, 1, mode='edge')", BOARD, "return continued(x, 1)"),
        ("np.pad(x, 2, 'wrap')", BOARD, "return continued(x, 2)"),
    )
]
SILENT = [
    Silent("small_padding", f"def f(x):\n    return {text}\n", given(of))
    for text, of in (
        ("np.pad(x, 1, mode='reflect')", BOARD),
        ("np.pad(x, 1, constant_values=3)", BOARD),
        ("np.pad(x, (0, 3))", BOARD),
        ("np.pad(x, 1)", np.zeros((300, 300))),
        ("np.pad(x, 1)", np.array(["a", "b"])),
    )
]
test_fires, test_silent, _ = family_tests(FIRES, SILENT, [])


@pytest.mark.parametrize("shape", [(5,), (1,), (4, 3), (1, 3), (2, 3, 4)])
@pytest.mark.parametrize("width", [0, 1, 2, 7])
@pytest.mark.parametrize("mode", ["constant", *padding.PLACES])
def test_padding_of_any_shape_and_width_is_that_of_numpy(
    shape: tuple[int, ...], width: int, mode: str
) -> None:
    text, name = padding.PADDED, "padded"
    if mode != "constant":
        text, name = (
            padding.CONTINUED.format(mode=mode, places=padding.PLACES[mode]),
            "continued",
        )
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)
    x = rng.random(shape)
    assert np.array_equal(namespace[name](x, width), np.pad(x, width, mode=mode))  # type: ignore[call-overload]
