"""Sums over windows by running sums."""

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
