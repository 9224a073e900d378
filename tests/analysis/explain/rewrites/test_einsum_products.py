"""einsum calls as matrix products, and sums of products as einsum: NumPy gives the same."""

import ast
import itertools
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.rewrites.einsum_products import summed, written_out
from tests.own_source import function_of

LENGTHS = {"a": 2, "b": 3, "i": 4, "j": 5, "k": 6, "l": 7}
RNG = np.random.default_rng(3)


def made(find: Any, text: str, **names: str) -> str | None:
    function = function_of(f"def f(x, y, z):\n    return {text}\n", **names)
    (statement,) = function.node.body
    assert isinstance(statement, ast.Return)
    found: str | None = find(function, statement.value)
    return found


def operands(subscripts: str) -> dict[str, Any]:
    terms = subscripts.partition("->")[0].split(",")
    return {
        name: RNG.random([LENGTHS[each] for each in term])
        for name, term in zip("xyz", terms, strict=False)
    }


PAIRS = [
    f"{first},{second}->{out}"
    for first, second, out in itertools.product(("ij", "ji"), ("jk", "kj"), ("ik", "ki"))
]


@pytest.mark.parametrize(
    "subscripts",
    [
        *PAIRS,
        *(f"a{p[:2]},a{p[3:5]}->a{p[7:]}" for p in PAIRS),
        "abij,abjk->abik",
        "abji,abkj->abki",
        "ij,jk,kl->il",
    ],
)
def test_the_product_is_the_same(subscripts: str) -> None:
    given = operands(subscripts)
    text = made(written_out, f"np.einsum('{subscripts}', {', '.join(given)})")
    assert text is not None
    assert "einsum" not in text
    np.testing.assert_allclose(eval(text, {}, given), np.einsum(subscripts, *given.values()))


@pytest.mark.parametrize(
    "text",
    [
        "np.einsum('ij,jk', x, y)",
        "np.einsum('ij->ji', x)",
        "np.einsum('ii,ij->ij', x, y)",
        "np.einsum('ij,ij->i', x, y)",
        "np.einsum('ij,jk->', x, y)",
        "np.einsum('...j,jk->...k', x, y)",
        "np.einsum('ij,jk->ik', x)",
        "np.einsum('ij,jk->ik', x, y, out=z)",
        "np.einsum(s, x, y)",
        "np.einsum()",
        "einsum('ij,jk->ik', x, y)",
        "np.einsum('ij,jk,ki->ik', x, y, z)",
        "np.einsum('ij,kj,kl->il', x, y, z)",
        "np.einsum('iaj,ajk->aik', x, y)",
        "x",
    ],
)
def test_others_stay_einsum(text: str) -> None:
    assert made(written_out, text) is None


def test_expressions_keep_their_parentheses() -> None:
    assert made(written_out, "np.einsum('ij,jk->ik', x + 1, y)") == "(x + 1) @ y"
    assert made(written_out, "np.einsum('ij,jk->ik', x, y, optimize=True)") == "x @ y"


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("np.sum(x * y, axis=1)", 1),
        ("np.sum(x * y, 0)", 0),
        ("(x * y).sum(axis=-1)", -1),
        ("(x * x).sum(-2)", -2),
    ],
)
def test_a_sum_of_products_is_one_einsum(text: str, axis: int) -> None:
    found = made(summed, text, x="float64 (4, 5)", y="float64 (4, 5)")
    assert found is not None
    x, y = RNG.random((4, 5)), RNG.random((4, 5))
    expected = eval(text, {"np": np, "x": x, "y": y})
    np.testing.assert_allclose(eval(found, {"np": np, "x": x, "y": y}), expected)


@pytest.mark.parametrize("text", ["np.sum(x ** 2, axis=1)", "np.sum(np.square(x), axis=1)"])
def test_a_sum_of_squares_too(text: str) -> None:
    assert made(summed, text, x="complex64 (2, 3, 4)") == "np.einsum('ijk,ijk->ik', x, x)"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("np.sum(x * y, axis=1)", {}),
        ("np.sum(x * y, axis=1)", {"x": "int64 (4, 5)", "y": "int64 (4, 5)"}),
        ("np.sum(x * y, axis=1)", {"x": "float64 (4, 5)", "y": "float64 (5,)"}),
        ("np.sum(x * y, axis=2)", {"x": "float64 (4, 5)", "y": "float64 (4, 5)"}),
        ("np.sum(x * y, axis=0)", {"x": "float64 (4,)", "y": "float64 (4,)"}),
        ("np.sum(x * y)", {"x": "float64 (4, 5)", "y": "float64 (4, 5)"}),
        ("np.max(x * y, axis=1)", {"x": "float64 (4, 5)", "y": "float64 (4, 5)"}),
    ],
)
def test_other_sums_stay(text: str, names: dict[str, str]) -> None:
    assert made(summed, text, **names) is None
