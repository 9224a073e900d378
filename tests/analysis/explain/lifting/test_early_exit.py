"""Searches that end at their first hit: run against the loop."""

import ast
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting import early_exit
from profiler_suite.analysis.explain.lifting.code.lowering import ArrayWriter
from profiler_suite.analysis.explain.lifting.code.writer import Style
from profiler_suite.analysis.explain.lifting.loops import exits
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from profiler_suite.analysis.explain.lifting.source.units import units
from tests.analysis.explain.lifting.test_pieces import piece, pieces_of


@pytest.mark.parametrize("least", [0.5, 7.5, 100.0])
@pytest.mark.parametrize(
    "body",
    [
        "for i in range(len(x)):\n    if x[i] > s:\n        return i\nreturn -1",
        "for v in x:\n    if v > s:\n        return v * 2\nreturn None",
        "for i, v in enumerate(x):\n    if v > s:\n        return i, v\nreturn -1, 0",
    ],
)
def test_the_first_hit_is_found_at_once(body: str, least: float) -> None:
    head, _, rest = body.rpartition("\n")
    lines = "\n".join([*piece(head).lines, rest])
    assert "for " not in lines
    answers = []
    for text in (body, lines):
        known: dict[str, Any] = {"np": np}
        inner = text.replace("\n", "\n    ")
        exec(f"def f(x, s):\n    {inner}", known)
        answers.append(known["f"](np.arange(9.0), least))
    assert answers[0] == answers[1]


def test_variables_that_are_read_after_it_are_refused() -> None:
    with pytest.raises(Refusal, match="may end before its last iteration"):
        piece("for i in range(9):\n    t = x[i]\n    if t > s:\n        break\nreturn t")


def test_its_statements_ask_whether_there_is_a_hit() -> None:
    body = "for i in range(9):\n    if x[i] > s:\n        found = i\n        break\nreturn 1"
    pieces = pieces_of(body)
    (unit,) = units(pieces.function.node.body)
    assert isinstance(unit.node, ast.For)
    walk = Walk(pieces.reader(unit))
    found = exits.exit_of(walk, unit.node)
    writer = ArrayWriter(walk.scope, Style())
    lines = early_exit.at_the_hit(pieces.function.node, unit, found, writer, "x > s")
    assert lines[:2] == ["hits = x > s", "if hits.any():"]
    assert lines[2:] == ["    i = int(hits.argmax())", "    found = i"]
