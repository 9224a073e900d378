"""Loops over np.nditer that write, as loops over all places."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.source.nditers import over_places

WRITES = """
for v in np.nditer(x, op_flags=["readwrite"]):
    v[...] = 2 * v
"""
ASKS = """
while not it.finished:
    out[it.multi_index] = it[0] + 1
    it.iternext()
"""


def changed(text: str, made: str = "np.nditer(x, flags=['multi_index'])") -> str:
    (node,) = ast.parse(textwrap.dedent(text)).body
    assert isinstance(node, ast.For | ast.While)
    found = over_places(node, lambda name: ast.parse(made, mode="eval").body)
    return ast.unparse(found) if found is not None else ""


def test_what_it_gives_is_an_element() -> None:
    assert changed(WRITES) == (
        "for @place in np.ndindex(x.shape):\n    x[@place] = 2 * x[@place]"
    )


def test_the_place_that_it_tells_is_the_place() -> None:
    assert changed(ASKS) == (
        "for @place in np.ndindex(x.shape):\n    out[@place] = x[@place] + 1"
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("for v in np.nditer(x):\n    s += v", "0"),
        ("for v in np.nditer([x, y]):\n    v[...] = 1", "0"),
        ("for v in np.nditer(x, order='F'):\n    v[...] = 1", "0"),
        (ASKS, "iter(x)"),
        (ASKS.replace("    it.iternext()", "    s += 1"), "np.nditer(x)"),
        (ASKS.replace("it.iternext()", "continue\n    it.iternext()"), "np.nditer(x)"),
    ],
    ids=["only reads", "two arrays", "an order", "another iterator", "no next", "continues"],
)
def test_other_loops_stay(text: str, made: str) -> None:
    assert changed(text, made) == ""
