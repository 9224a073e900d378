"""`break` and `return` become conditions that do the same."""

import ast
import textwrap
from typing import Any

import pytest

from profiler_suite.analysis.explain.lifting.source import leaving


def statements(text: str) -> list[ast.stmt]:
    return ast.parse(textwrap.dedent(text)).body


def loop(text: str) -> ast.For:
    node = statements(text)[0]
    assert isinstance(node, ast.For)
    return node


def ran(block: list[ast.stmt], **names: Any) -> dict[str, Any]:
    module = ast.fix_missing_locations(ast.Module(block, []))
    space: dict[str, Any] = dict(names)
    exec(compile(module, "<made>", "exec"), space)
    return space


STOPPING = """
for v in xs:
    total += v
    if v > 3:
        if v > 5:
            mark = v
            break
        total += 100
    elif v < 0:
        break
    seen += 1
"""


@pytest.mark.parametrize("xs", [[1, 2], [1, 4, 2], [1, 9, 2], [-1, 2], [4, 4, 6, 1], []])
def test_a_loop_with_a_flag_does_what_its_break_did(xs: list[int]) -> None:
    node = loop(STOPPING)
    before = {"total": 0, "seen": 0, "mark": None, "xs": xs}
    expected = ran([node], **before)
    body = leaving.without_breaks(node.body, "going")
    asked = ast.If(ast.Name("going", ast.Load()), body, [])
    made = ast.For(node.target, node.iter, [asked], [])
    found = ran([made], going=True, **before)
    assert not any(isinstance(each, ast.Break) for each in ast.walk(made))
    assert {k: found[k] for k in before} == {k: expected[k] for k in before}


RETURNING = """
def f(xs, limit):
    best = 0
    for v in xs:
        for w in (1, 2, 3):
            if v * w > limit:
                return v
            best += w
        if v == 7:
            return -1
    if best > 20:
        best = 20
    elif best == 6:
        return 66
    return best
"""


@pytest.mark.parametrize("xs", [[], [1], [1, 2], [1, 7], [50, 1], [1, 50], [2] * 5])
def test_a_result_with_a_flag_is_what_was_returned(xs: list[int]) -> None:
    node = statements(RETURNING)[0]
    assert isinstance(node, ast.FunctionDef)
    expected = ran([node])["f"](xs, 40)
    made = leaving.without_returns(node.body, "result", "going_on")
    assert not any(isinstance(e, ast.Return) for each in made for e in ast.walk(each))
    assert ran(made, xs=xs, limit=40, going_on=True, result=None)["result"] == expected


def test_the_break_of_an_inner_loop_does_not_end_the_outer_one() -> None:
    inner = "for i in x:\n    for j in y:\n        break"
    assert not leaving.breaks(loop(inner))
    assert leaving.breaks(loop("for i in x:\n    if i:\n        break"))
    assert leaving.returns(loop("for i in x:\n    for j in y:\n        return 1"))
    assert not leaving.returns(loop(inner))


def idle(text: str) -> str:
    loop = ast.parse(text).body[0]
    assert isinstance(loop, ast.For)
    made = leaving.without_idle_breaks(loop)
    return "" if made is None else ast.unparse(ast.fix_missing_locations(made))


def test_a_break_that_only_saves_time_is_left_out() -> None:
    text = "for i in x:\n    for j in y:\n        if j > i:\n            ok = False\n"
    text += "            break\n    if not ok:\n        break"
    made = idle(text)
    assert made.count("break") == 1  # that of the inner loop
    for ok in (True, False):
        for x in ([], [3, 1], [9]):
            spaces = [{"x": x, "y": [1, 2], "ok": ok} for _ in range(2)]
            for source, space in zip((text, made), spaces, strict=True):
                exec(source, space)
            assert spaces[0]["ok"] == spaces[1]["ok"]


@pytest.mark.parametrize(
    "body",
    [
        "if i:\n        a = 1\n        break\n    if not i:\n        a = 2",
        "if i:\n        a = 1\n        break\n    b = 1",
        "if i:\n        a = i\n        break",
        "if i:\n        a += 1\n        break",
        "if i:\n        note(i)\n        break",
        "if a:\n        a = False\n        break",
        "if i:\n        a = 1\n        break\n    else:\n        x[0] = 1",
        "if i:\n        i = 1\n        break",
        "if i:\n        break",
    ],
)
def test_a_break_that_does_more_stays(body: str) -> None:
    assert idle(f"for i in x:\n    {body}") == ""


@pytest.mark.parametrize(
    "body",
    [
        "if i > 2:\n    out.append(1)\nelif i == 1:\n    continue\nelse:\n    out.append(2)\n"
        "out.append(3)",
        "if i > 1:\n    if i > 2:\n        continue\n    out.append(1)\nout.append(2)",
        "if i > 2:\n    out.append(1)\n    continue\nout.append(2)\nif i:\n    continue\n"
        "out.append(3)",
    ],
)
def test_what_a_continue_leaves_out_stands_in_the_other_branch(body: str) -> None:
    block = statements(body)
    assert any(leaving.skips(each) for each in block)
    made = leaving.without_continues(block)
    assert not any(isinstance(e, ast.Continue) for each in made for e in ast.walk(each))
    for number in range(4):
        known = loop(f"for i in [{number}]:\n{textwrap.indent(body, '    ')}")
        with_it, without = ran([known], out=[]), ran(made, i=number, out=[])
        assert with_it["out"] == without["out"]


def test_a_continue_of_an_inner_loop_is_its_own() -> None:
    (node,) = statements("if i:\n    for j in x:\n        continue")
    assert not leaving.skips(node)
