"""The first iteration that a condition holds for, by argmax."""

import ast

from profiler_suite.analysis.explain.lifting.loops.first_hits import element_source
from profiler_suite.analysis.explain.lifting.nouns import Lifting
from tests.analysis.explain.lifting.reading import lifted_text

NAMES = {"x": "float64 (6,)", "e": "float64 (4,)", "out": "float64 (6,)"}


def found(inner: str, **names: str) -> Lifting:
    return lifted_text(f"for i in range(len(x)):\n{inner}", {**NAMES, **names})


def test_the_first_hit_is_argmax_of_the_condition() -> None:
    text = "    for k in range(len(e)):\n        if x[i] < e[k]:\n"
    made = found(text + "            out[i] = e[k]\n            break")
    assert made.lifted
    source = made.lifted[0].source
    assert "argmax" in source
    assert "any(" in source
    assert any("at least one iteration" in each for each in made.lifted[0].assumptions)


def test_a_condition_on_what_was_there_before_is_no_such_search() -> None:
    text = "    s = 0.0\n    for k in range(len(e)):\n        s += e[k]\n        if s > x[i]:\n"
    made = found(text + "            out[i] = k\n            break")
    assert "argmax" not in "".join(each.source for each in made.lifted)


def test_what_is_stored_on_the_way_is_not_skipped() -> None:
    text = "    for k in range(len(e)):\n        out[i] = e[k]\n        if x[i] < e[k]:\n"
    made = found(text + "            break", out="float32 (6,)")
    assert "argmax" not in "".join(each.source for each in made.lifted)
    made = found(text + "            break")  # the last value alone stays, and none is rounded
    assert "e[len(e) - 1]" in made.lifted[0].source


def test_where_the_variables_of_a_header_come_from() -> None:
    loop = ast.parse("for i, (a, b) in enumerate(zip(x, y + 1)):\n    pass").body[0]
    assert isinstance(loop, ast.For)
    assert element_source(loop.target, loop.iter, "i") is None
    for name, text in (("a", "x"), ("b", "y + 1")):
        found = element_source(loop.target, loop.iter, name)
        assert found is not None
        assert ast.unparse(found) == text
