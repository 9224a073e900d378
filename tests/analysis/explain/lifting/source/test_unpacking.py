"""Statements in a simpler form that means the same."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.source.unpacking import spread, with_rows, written
from tests.analysis.explain.lifting.reading import expression, loop


def texts(value: str, number: int) -> list[str] | None:
    parts = spread(expression(value), number)
    return None if parts is None else [ast.unparse(each) for each in parts]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("map(np.radians, [a, b])", ["np.radians(a)", "np.radians(b)"]),
        ("map(lambda v: v * 2, (a, b))", ["a * 2", "b * 2"]),
        ("(v ** 2 for v in (a, b))", ["a ** 2", "b ** 2"]),
        ("[f(v, 1) for v in [a, b]]", ["f(a, 1)", "f(b, 1)"]),
        ("map(f, rows)", None),
        ("map(f, [a, b, c])", None),
        ("map(lambda v, w: v, [a, b])", None),
        ("(v for v in (a, b) if v)", None),
        ("f(a, b)", None),
    ],
)
def test_parts_of_what_is_unpacked(value: str, parts: list[str] | None) -> None:
    assert texts(value, 2) == parts


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("for k, (a, b) in enumerate(offsets):", "[(0, (1, 0)), (1, (0, 1))]"),
        ("for a in offsets:", "[(1, 0), (0, 1)]"),
        ("for a, b in zip(offsets, weights):", "[((1, 0), 5), ((0, 1), 7)]"),
        ("for a in other:", "other"),
        ("for a in enumerate(other):", "enumerate(other)"),
    ],
)
def test_names_of_lists_that_are_written_out(head: str, values: str) -> None:
    known = {"offsets": expression("[(1, 0), (0, 1)]"), "weights": expression("(5, 7)")}
    made = written(loop(f"{head}\n    pass"), known.get)
    assert ast.unparse(made.iter) == values


@pytest.mark.parametrize("row", ["out[-1]", "out[i]"])
def test_a_row_is_appended_when_it_is_filled(row: str) -> None:
    node = loop(
        f"for i in range(n):\n    out.append([])\n    for v in x:\n        {row}.append(v)"
    )
    lines = [ast.unparse(each) for each in with_rows(node).body]
    assert lines[0] == "@out = []"
    assert lines[-1] == "out.append(@out)"
    assert f"{row}" not in "".join(lines)


@pytest.mark.parametrize(
    "body",
    [
        "out.append([])\n    y[i] = 1",
        "out.append([])\n    f(out)",
        "out.append([1])\n    out[-1]",
    ],
)
def test_other_lists_stay_as_they_are(body: str) -> None:
    node = loop(f"for i in range(n):\n    {body}")
    assert with_rows(node) is node
