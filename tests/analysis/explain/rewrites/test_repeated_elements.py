"""Lists of elements that are repeated, by np.repeat."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import repeated_elements
from tests.analysis.explain.rules.own_function import Own

X, C = np.arange(4.0), np.array([2, 0, 1, 3])


def texts(statement: str) -> list[str]:
    text = f"def f(x, c):\n    out = []\n    {statement}\n    return out\n"
    function = Own(text, X, C, traced=False).observed.functions[0]
    return [each.edit.text for each in repeated_elements.at_once(function)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "for a, b in zip(x, c): out += [a] * b",
            "out.extend(np.repeat(x, np.maximum(c, 0)).tolist())",
        ),
        (
            "for i, b in enumerate(c): out.extend(b * [x[i]])",
            "np.repeat(x[:len(c)], np.maximum(c, 0))",
        ),
        ("out = np.hstack([[a] * b for a, b in zip(x, c)])", "np.repeat(x, np.maximum(c, 0))"),
    ],
)
def test_it_is_one_call(statement: str, expected: str) -> None:
    (found,) = texts(statement)
    assert expected in found


@pytest.mark.parametrize(
    "statement",
    [
        "for a, b in zip(x, c): out.append([a] * b)",
        "for a, b in zip(x, x): out.extend([a] * int(b))",
        "for a, b in zip(x, c): out.extend([a, a] * b)",
        "for a in x: out.extend([a] * 2)",
        "out = np.hstack([[a] * b for a, b in zip(x, c) if a])",
    ],
)
def test_others_are_left(statement: str) -> None:
    assert not texts(statement)
