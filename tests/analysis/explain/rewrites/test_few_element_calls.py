"""Each function of NumPy, element by element, gives what NumPy gives."""

from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import few_element_calls
from tests.analysis.explain.rewrites.test_written_out import called, rewritten, same

NAMES = {"a": "float64 (3,)", "b": "float64 (3,)", "m": "float64 (3, 3)"}
CALLS = [
    *(f"np.{name}(a)" for name in few_element_calls.OF_MATH if name not in ("arccosh",)),
    *("np.arccosh(a + 1.0)", "np.arctan2(a, b)", "np.hypot(a, b)", "np.copysign(a, -b)"),
    *("np.maximum(a, b)", "np.minimum(a, 0.4)", "np.clip(a, 0.3, b)", "a.clip(0.1, 0.5)"),
    *("np.power(a, 2.5)", "np.square(a)", "np.fabs(-a)", "abs(-a)", "np.add(a, b)"),
    *("np.subtract(a, b)", "np.divide(a, b)", "np.multiply(a, b)", "np.negative(a)"),
    *("np.where((a > 0.4) | (b < 0.5), a, b)", "np.logical_not(a > b) & (a > 0.1)"),
    *("np.dot(m, a)", "m.dot(m)", "np.matmul(a, m)", "np.inner(a, b)", "np.vdot(a, b)"),
    *("np.outer(a, b)", "np.cross(a, b)", "np.linalg.norm(m)", "np.transpose(m) + a"),
    *("np.sum(m)", "m.sum(axis=1)", "np.mean(a)", "a.max()", "np.amin(m, axis=0)"),
    *("np.prod(a)", "np.any(a > 0.9)", "(m > 0.5).all(axis=0)", "a % b", "a // 0.3"),
    *("m[:, 1] * a[::-1]", "m[1:, 0] + m[-1, :2]", "np.zeros_like(a) + a", "a.copy() * 2"),
    *("np.array([[a[0], 1], [0, a[1]]])", "np.asarray((a[0], 2.0)) + 1", "m.T @ a"),
    *("np.concatenate((a, b[:1]))", "np.hstack([a, [1.0], b])", "np.concatenate([m[0], b])"),
    *("np.array([[1, 0, 0], [0, a[0], b[1]]])", "np.array([a, b])"),
    *("np.identity(3) @ a", "a + np.array([1, 2, 3], float)", "m.flatten()[:4] * 1"),
]


def three() -> list[Any]:
    rng = np.random.default_rng(8)
    return [rng.uniform(0.1, 0.9, size=shape) for shape in (3, 3, (3, 3))]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_gives_what_numpy_gives(call: str) -> None:
    if call in ("np.arctan2(a)", "np.hypot(a)", "np.copysign(a)"):
        call = call.replace("(a)", "(b, a)")
    # What comes before makes it worth while.
    text = f"def f(a, b, m):\n    a = 0.4 * a + 0.3 * b + 0.2 * m[0]\n    return {call}\n"
    made = rewritten(text, NAMES)
    assert made is not None
    assert "tolist" in made
    assert same(called(text, three())[0], called(made, three())[0])


@pytest.mark.parametrize(
    "call",
    [
        *("np.sum(m, axis=2)", "np.sum(a, keepdims=True)", "np.cross(a, m)", "np.sort(a)"),
        *("np.linalg.norm(m, ord=2)", "np.linalg.norm(m, axis=0)", "np.array(a, np.float32)"),
        *("a.mean(dtype=np.float32)", "np.where(a)", "a.fill(0.0)", "np.clip(a, None, 1.0)"),
        *("np.concatenate((m, m))", "np.concatenate(m)", "np.hstack((a, b, a, b))"),
    ],
)
def test_options_and_other_functions_are_left_alone(call: str) -> None:
    text = f"def f(a, b, m):\n    a = 0.4 * a + 0.3 * b + 0.2 * m[0]\n    return {call}\n"
    assert rewritten(text, NAMES) is None


def test_the_larger_of_two_keeps_what_is_no_number() -> None:
    text = "def f(a, b, m):\n    return np.maximum(a, b) + np.minimum(a * 2.0, b) - b\n"
    made = rewritten(text, NAMES)
    assert made is not None
    arguments = [np.array([np.nan, 1.0, -0.0]), np.array([1.0, np.nan, 0.0]), np.eye(3)]
    assert same(called(text, arguments)[0], called(made, arguments)[0])
