"""Sums over windows by running sums."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.code.running import LEAST_WINDOW
from tests.analysis.explain.lifting.reading import lifted_text

TEXT = "out = []\nfor i in range(len(x) - w + 1):\n    out.append(sum(x[i:i + w]) / w)\n"


def sources(width: int, dtype: str = "float64") -> list[str]:
    names = {"x": f"{dtype} (500,)", "w": f"int {width}"}
    return [each.source for each in lifted_text(f"{TEXT}return np.array(out)", names).lifted]


@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_long_windows_are_differences_of_running_sums(dtype: str) -> None:
    (source,) = [each for each in sources(60, dtype) if "cumsum" in each]
    space = {"np": np}
    exec(source, space)
    x = (np.random.default_rng(1).random(500) * 100).astype(dtype)
    for width in (60, 1, 500):
        found = space["f"](x, width)  # type: ignore[operator]
        wanted = np.convolve(x, np.ones(width), "valid") / width
        np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_short_windows_and_numbers_of_few_digits_are_not() -> None:
    assert not any("cumsum" in each for each in sources(LEAST_WINDOW - 1))
    assert not any("cumsum" in each for each in sources(60, "float32"))


FRAMES = """
out = []
for i in range((len(x) - w) // h + 1):
    s = 0.0
    for k in range(h * i, h * i + w):
        s += {0}
    out.append(s)
return np.array(out)
"""


@pytest.mark.parametrize(
    "value", ["x[k] * x[k]", "1 if x[k] > 0.5 else 0", "np.sqrt(x[k]) + 1"]
)
def test_what_is_computed_of_elements_is_computed_once(value: str) -> None:
    names = {"x": "float64 (500,)", "w": "int 60", "h": "int 20"}
    found = lifted_text(FRAMES.format(value), names)
    sources = [each.source for each in found.lifted if "cumsum" in each.source]
    assert sources
    x = np.random.default_rng(2).random(500)
    for width, hop in ((60, 20), (1, 1), (500, 7), (499, 2), (600, 3)):
        space: dict[str, Any] = {"np": np, "x": x, "w": width, "h": hop}
        text = "def f(x, w, h):" + FRAMES.format(value).replace("\n", "\n    ")
        exec(text, space)
        wanted = space["f"](x, width, hop)
        for source in sources:
            exec(source, space)
            np.testing.assert_allclose(space["f"](x, width, hop), wanted, rtol=1e-9)


@pytest.mark.parametrize("value", ["x[k] * k", "x[k] * x[0] * x[i]", "x[2 * k]"])
def test_what_depends_on_the_place_in_the_window_is_not(value: str) -> None:
    names = {"x": "float64 (500,)", "w": "int 60", "h": "int 20"}
    found = lifted_text(FRAMES.format(value), names)
    assert not any("cumsum" in each.source for each in found.lifted)
