"""Roots that a loop finds one after the other."""

import math
import textwrap
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from profiler_suite.analysis.explain.rewrites.root_loops import ROOTS_BETWEEN, in_one_search
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {"a": "float64 (9,)", "b": "int64 (9,)", "out": "float64 (9,)", "top": "float 9.0"}
BOUND = {"brentq": "scipy.optimize.brentq", "np": "numpy", "math": "math"}


def function(body: str) -> Function:
    text = f"def f(a, b, top):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    return Function(
        SourceText(file="f.py", function="f", first_line=1, text=text, names=NAMES, bound=BOUND)
    )


def run(text: str, *given: Any) -> Any:
    space: dict[str, Any] = {"np": np, "math": math, "brentq": brentq}
    exec(f"{ROOTS_BETWEEN}\n{text}", space)
    return space["f"](*given)


STORED = """
out = np.empty(len(a))
for i in range(len(a)):
    out[i] = brentq(lambda x: math.exp(x) - a[i] - b[i], -5.0, top)
return out
"""
APPENDED = """
out = []
for k in range(len(b)):
    shift = a[k]
    out.append(brentq(lambda x: x**3 + x - shift * b[k], -a[k], a[k] + 9))
return out
"""
LIMITS = """
out = np.zeros(len(b))
for k in range(len(a)):
    out[k] = brentq(lambda x: x - a[k], 0, b[k])
return out
"""


@pytest.mark.parametrize("body", [STORED, LIMITS])
def test_all_roots_are_found_at_once(body: str) -> None:
    own = function(body)
    (made,) = in_one_search(own)
    start, end = own.span(made.loop)
    text = f"{own.text[:start]}{made.text}{own.text[end:]}"
    random = np.random.default_rng(6)
    for size in (0, 1, 30):
        a, b = random.random(size) + 0.1, random.integers(2, 9, size)
        np.testing.assert_allclose(run(text, a, b, 9.0), run(own.text, a, b, 9.0), rtol=1e-9)


def test_limits_without_a_root_between_them_raise_as_before() -> None:
    own = function(STORED)
    (made,) = in_one_search(own)
    start, end = own.span(made.loop)
    text = f"{own.text[:start]}{made.text}{own.text[end:]}"
    for each in (own.text, text):
        with pytest.raises(ValueError, match="different signs"):
            run(each, np.array([9.0]), np.array([3]), -4.0)


@pytest.mark.parametrize(
    "body",
    [
        APPENDED,  # limits that are computed
        STORED.replace("- b[i]", "- sum(b[:i])"),
        STORED.replace("- b[i]", "- out[i - 1]"),
        STORED.replace("- b[i]", "- (b[i] if x > 0 else 1)"),
        STORED.replace("top)", "top, xtol=1e-3)"),
        STORED.replace("out[i] =", "out[i - 1] ="),
        STORED.replace("a[i] - b[i]", "top"),
        STORED.replace("a[i] - b[i]", "i"),
    ],
)
def test_what_is_no_search_for_each_element_stays(body: str) -> None:
    assert not [*in_one_search(function(body))]


def test_roots_at_the_limits_are_found_and_nan_ends_the_search() -> None:
    space: dict[str, Any] = {"np": np}
    exec(ROOTS_BETWEEN, space)
    between = space["roots_between"]
    shift = np.array([0.0, 0.25, 1.0])
    found = between(lambda x, s: x - s, 0, 1, shift)
    np.testing.assert_allclose(found, shift, atol=1e-11)
    falling = between(lambda x, s: s - x, np.zeros(3), np.ones(3), shift)
    np.testing.assert_allclose(falling, shift, atol=1e-11)
    far = between(lambda x, s: x - s, -1e300, 1e300, np.array([3e250, -1e9]))
    np.testing.assert_allclose(far, [3e250, -1e9], rtol=1e-12)
    with pytest.raises(ValueError, match="NaN"), np.errstate(invalid="ignore"):
        between(lambda x, s: np.sqrt(np.abs(x) - 0.6) * np.sign(x) + 0 * s, -1, 1, shift)
