"""Slices under names stand where they are used, where that is the same."""

import ast

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.source.named_slices import with_slices_in_place
from tests.analysis.explain.lifting.reading import lifted_text


def tree(body: str) -> ast.FunctionDef:
    (node,) = ast.parse(f"def f(x, i, n):\n    {body.replace(chr(10), chr(10) + '    ')}").body
    assert isinstance(node, ast.FunctionDef)
    return node


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("rows = slice(i, i + 3)\nreturn x[rows]", "return x[i:i + 3]"),
        ("rows = slice(3)\nreturn x[rows, 0]", "return x[:3, 0]"),
        ("rows = slice(None, None, 2)\nreturn x[0, rows]", "return x[0, ::2]"),
        ("at = np.s_[i:, ::-1]\nreturn x[at]", "return x[i:, ::-1]"),
        ("at = (slice(i), slice(max(0, i), n))\nreturn x[at]", "return x[:i, max(0, i):n]"),
        ("rows = slice(i)\nif n:\n    return x[rows]", "if n:\n    return x[:i]"),
    ],
)
def test_they_stand_where_they_are_used(body: str, expected: str) -> None:
    node = tree(body)
    assert with_slices_in_place(node)
    assert "\n".join(map(ast.unparse, node.body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        "rows = slice(i)\nreturn rows",
        "rows = slice(i)\nrows = slice(n)\nreturn x[rows]",
        "rows = slice(i)\ni = 3\nreturn x[rows]",
        "rows = slice(g(i))\nreturn x[rows] + x[rows]",
        "if n:\n    rows = slice(i)\nreturn x[rows]",
        "rows = (slice(i), 3)\nreturn x[rows]",
        "rows = slice(i)\nreturn x",
    ],
)
def test_they_stay_where_it_could_be_another(body: str) -> None:
    node = tree(body)
    before = ast.unparse(node)
    assert not with_slices_in_place(node)
    assert ast.unparse(node) == before


def test_windows_under_names_are_lifted() -> None:
    body = (
        "for i in range(out.shape[0]):\n"
        "    rows = slice(2 * i, 2 * i + 3)\n"
        "    for j in range(out.shape[1]):\n"
        "        window = x[rows, j:j + 2]\n"
        "        out[i, j] = np.std(window)\n"
    )
    x = np.random.default_rng(0).random((9, 6))
    names = {"x": "float64 (9, 6)", "out": "float64 (4, 5)"}
    found = lifted_text(body, names).lifted
    assert found
    expected = np.array(
        [[x[2 * i : 2 * i + 3, j : j + 2].std() for j in range(5)] for i in range(4)]
    )
    for each in found:
        out = np.zeros((4, 5))
        held: dict[str, object] = {"np": np, "x": x, "out": out}
        exec(each.source + f"\n{each.rewrite.function}(x, out)", held)
        np.testing.assert_allclose(out, expected, rtol=1e-9)
