"""Sums of differences times weights."""

import pytest

from profiler_suite.analysis.explain.lifting.code.weighted_differences import (
    weighted_differences,
)
from tests.analysis.explain.lifting.reading import lifted_text

HELD = {"p": "float64 (50, 3)", "w": "float64 (50, 50)", "s": "float 2.0"}


def sources(added: str, held: dict[str, str] = HELD) -> str:
    body = "out = np.zeros(p.shape)\nfor i in range(len(p)):\n    for j in range(len(p)):\n"
    body += f"        out[i] += {added}\nreturn out"
    found = lifted_text(body, held).lifted
    return "\n".join(f"{each.source} # {', '.join(each.assumptions)}" for each in found)


@pytest.mark.parametrize(
    ("added", "text"),
    [
        ("w[i, j] * (p[j] - p[i])", "@ p - weights.sum(axis=1)[:, None] * p"),
        ("(p[i] - p[j]) / w[i, j]", "weights.sum(axis=1)[:, None] * p - weights @ p"),
    ],
)
def test_sums_of_weighted_differences_are_one_product(added: str, text: str) -> None:
    assert callable(weighted_differences)
    found = sources(added)
    assert text in found
    assert "lose digits" in found


@pytest.mark.parametrize(
    "added", ["w[i, j] * (p[j] + p[i])", "s * (p[j] - p[i])", "w[i] @ p * (p[j] - p[i])"]
)
def test_other_sums_are_not(added: str) -> None:
    assert "weights" not in sources(added)


def test_differences_of_single_precision_are_not() -> None:
    held = {**HELD, "p": "float32 (50, 3)"}
    assert "weights" not in sources("w[i, j] * (p[j] - p[i])", held)
