"""Single calls written another way compute the same."""

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites import call_rewrites
from tests.own_source import X, function_of, run


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("np.sum(x)", "np.add.reduce(x, axis=None)"),
        ("np.sum(x, axis=1)", "np.add.reduce(x, axis=1)"),
        ("np.sum(x, 0)", "np.add.reduce(x, 0)"),
        ("np.max(x, axis=1, keepdims=True)", "np.maximum.reduce(x, axis=1, keepdims=True)"),
        ("x.sum()", "np.add.reduce(x, axis=None)"),
        ("(x * x).min(axis=0)", "np.minimum.reduce(x * x, axis=0)"),
        ("np.clip(x, 0.7, 1.0)", "np.minimum(np.maximum(x, 0.7), 1.0)"),
        ("np.linalg.norm(x)", "np.sqrt(np.vdot(x, x))"),
        ("np.mean(x)", "np.add.reduce(x, axis=None) / x.size"),
        ("np.linalg.norm(x - 1)", "np.sqrt(np.vdot((_once := (x - 1)), _once))"),
    ],
)
def test_wrappers_become_the_calls_behind_them(expression: str, expected: str) -> None:
    own = function_of(f"def f(x):\n    return {expression}\n")
    rewrite = call_rewrites.without_wrappers(own, {12})
    assert rewrite is not None
    assert rewrite.lines == ((12, f"return {expression}", f"return {expected}"),)
    np.testing.assert_allclose(run(rewrite)(X), eval(expression, {"np": np, "x": X}))


@pytest.mark.parametrize(
    "expression",
    ["x ** 3", "x ** 4", "x ** 1.5", "x ** -1.5", "x ** -2", "(x + 1) ** 3", "np.power(x, 3)"],
)
def test_powers_become_products(expression: str) -> None:
    own = function_of(f"def f(x):\n    return {expression}\n")
    rewrite = call_rewrites.without_powers(own, {12})
    assert "**" not in (rewrite.source if rewrite else "**")
    np.testing.assert_allclose(
        run(rewrite)(X), eval(expression, {"np": np, "x": X}), rtol=1e-13
    )


@pytest.mark.parametrize("expression", ["x ** 2", "x ** 0.5", "x ** y", "2 ** x", "x ** 7"])
def test_other_powers_stay(expression: str) -> None:
    own = function_of(f"def f(x, y):\n    return {expression}\n")
    assert call_rewrites.without_powers(own, {12}) is None


def test_einsum_is_let_choose() -> None:
    own = function_of("def f(a):\n    return np.einsum('ij,jk->ik', a, a)\n")
    rewrite = call_rewrites.optimised_einsum(own, {12})
    assert rewrite is not None
    assert "optimize=True" in rewrite.source
    assert call_rewrites.optimised_einsum(function_of(rewrite.source), {12}) is None


def test_new_arrays_get_single_precision() -> None:
    own = function_of("def f(x):\n    return x * np.linspace(0, 1, 4)\n")
    assert run(call_rewrites.in_single_precision(own))(X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(
    "expression",
    ["x / np.sqrt(x.shape[-1])", "x * np.sqrt(len(x))", "x * scale", "x * np.exp(n)"],
)
def test_numbers_of_numpy_become_pythons_own(expression: str) -> None:
    text = f"def f(x, n=2):\n    scale = np.float64(n)\n    return {expression}\n"
    own = function_of(text, x="float32 (6, 4)", scale="float64 number", n="int 2")
    x = X.astype(np.float32)
    namespace = {"np": np}
    exec(text, namespace)
    single = run(call_rewrites.in_single_precision(own))(x)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, namespace["f"](x), rtol=1e-6)  # type: ignore[operator]


def test_roots_of_arrays_stay_arrays() -> None:
    own = function_of("def f(x):\n    return np.sqrt(x)\n", x="float32 (6, 4)")
    assert call_rewrites.in_single_precision(own) is None


def test_arguments_are_made_contiguous_after_the_docstring() -> None:
    own = function_of('def f(x, y):\n    """Sum."""\n    return x.sum(0) + y\n')
    rewrite = call_rewrites.with_contiguous(own, ["x", "unknown"])
    assert rewrite is not None
    assert rewrite.source.splitlines()[2] == "    x = np.ascontiguousarray(x)"
    assert call_rewrites.with_contiguous(own, ["unknown"]) is None
