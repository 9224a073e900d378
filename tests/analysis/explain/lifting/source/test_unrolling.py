"""Loops over a few written-out numbers."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.source.unrolling import decision, reduced, unrolled
from tests.analysis.explain.lifting.reading import expression, loop


def written(text: str) -> list[str] | None:
    body = unrolled(loop(text))
    return None if body is None else [ast.unparse(each) for each in body]


def test_each_number_gets_the_body_once() -> None:
    assert written("for k in (1, -2.5): y += x[k]") == ["y += x[1]", "y += x[-2.5]"]
    pairs = "for i, (j, w) in [(0, (1, 2)), (3, (4, 5))]: y[i] += w * x[j]"
    assert written(pairs) == ["y[0] += 2 * x[1]", "y[3] += 5 * x[4]"]


def test_inner_loops_and_decided_conditions_are_written_out_as_well() -> None:
    nest = (
        "for i in (0, 1):\n    for j in (0, 1):\n        if i != j:\n            y += x[i, j]"
    )
    assert written(nest) == ["y += x[0, 1]", "y += x[1, 0]"]
    skipped = "for i in (0, 1, 2):\n    if i == 1:\n        continue\n    y += x[i]"
    assert written(skipped) == ["y += x[0]", "y += x[2]"]


@pytest.mark.parametrize(
    "text",
    [
        "for k in (): y += k",
        "for k in r: y += k",
        "for k in (1, n): y += k",
        "for k in ('a', 'b'): y += k",
        f"for k in {tuple(range(13))}: y += k",
        "for k in (1, 2):\n    y += k\nelse:\n    y = 0",
        "for k in (1, 2):\n    if y: break\n    y += k",
        "for k in (1, 2):\n    k = k + 1",
        "for a, b in (1, 2): y += a",
        "for a, b in ((1, 2), (1, 2, 3)): y += a",
        "for x[0] in (1, 2): pass",
    ],
)
def test_others_stay_loops(text: str) -> None:
    # x[0] as a target stores into an array, whatever its name.
    assert written(text) is None


def test_an_original_is_left_as_it_was() -> None:
    node = loop("for k in (1, 2): y += x[k]")
    before = ast.dump(node)
    unrolled(node)
    assert ast.dump(node) == before


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 < 2", True),
        ("1 == 2 or not 3", False),
        ("(1, 2) == (1, 2)", True),
        ("n > 2", None),
        ("1 / 0 > 1", None),
        ("1 < 'a'", None),
        ("2 ** 10 ** 10 > 1", None),
        ("f()", None),
    ],
)
def test_conditions_on_written_numbers_are_decided(text: str, answer: bool | None) -> None:
    assert decision(expression(text)) is answer


@pytest.mark.parametrize(
    ("test", "left"),
    [
        ("(1, 0) == (0, 0) or x > 2", "x > 2"),
        ("(0, 0) == (0, 0) or x > 2", "True"),
        ("1 > 0 and x > 2 and y", "x > 2 and y"),
        ("1 < 0 and x > 2", "False"),
        ("x > 2", "x > 2"),
    ],
)
def test_what_is_decided_is_left_out_of_a_condition(test: str, left: str) -> None:
    assert ast.unparse(reduced(ast.parse(test, mode="eval").body)) == left


def test_continue_goes_on_with_the_next_element_only() -> None:
    loop = ast.parse("for d in (1, 2):\n    if x % d:\n        continue\n    s += d").body[0]
    assert isinstance(loop, ast.For)
    made = unrolled(loop)
    assert made is not None
    for x, wanted in ((1, 1), (2, 3), (3, 1), (6, 3)):
        space = {"x": x, "s": 0}
        block = ast.fix_missing_locations(ast.Module(made, []))
        exec(compile(block, "<made>", "exec"), space)
        assert space["s"] == wanted


def test_of_two_values_the_one_that_is_decided_is_taken() -> None:
    loop = ast.parse("for d in (0, 1):\n    y = 1.0 if d == 0 or d == 2 else x[d]").body[0]
    assert isinstance(loop, ast.For)
    made = unrolled(loop)
    assert made is not None
    assert [ast.unparse(each) for each in made] == ["y = 1.0", "y = x[1]"]
