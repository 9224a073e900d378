"""Arrays that a loop fills from the front."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.loops.filling import Filling, filling
from tests.analysis.explain.lifting.reading import lifted_text, loop

LOOP = """
for v in x:
    if v > 0:
        out[n] = v * 2
        n += 1
"""


def found(text: str = LOOP, before: str = "out = np.zeros(9)\nn = 0") -> Filling | None:
    return filling(loop(text.strip()), ast.parse(before).body)


def test_what_is_put_into_it_is_appended_instead() -> None:
    made = found()
    assert made is not None
    assert (made.array, made.counter, made.start) == ("out", "n", 0)
    assert "@out.append(v * 2)" in ast.unparse(made.node)
    assert "n += 1" not in ast.unparse(made.node)
    assert made.end("kept") == "len(kept)"


def test_it_may_be_filled_from_another_place_on() -> None:
    made = found(before="n = 3")
    assert made is not None
    assert made.end("kept") == "3 + len(kept)"


@pytest.mark.parametrize(
    ("text", "before"),
    [
        (LOOP.replace("n += 1", "n += 2"), "n = 0"),
        (LOOP.replace("v > 0", "v > n"), "n = 0"),
        (LOOP.replace("v > 0", "v > out[0]"), "n = 0"),
        (LOOP.replace("out[n] = v * 2\n        n += 1", "n += 1\n        out[n] = v"), "n = 0"),
        (LOOP, "n = m"),
        (LOOP, "n = -1"),
    ],
    ids=["steps of two", "counter read", "array read", "after", "not known", "from the end"],
)
def test_other_loops_are_none(text: str, before: str) -> None:
    assert found(text, before) is None


def test_how_far_it_is_filled_is_told_where_it_is_asked_for() -> None:
    body = f"out = np.zeros(len(x))\nn = 0{LOOP}return out[:n]"
    (first, *_) = lifted_text(textwrap.dedent(body), {"x": "float64 (9,)"}).lifted
    assert "out[:len(kept)] = kept" in first.source
    assert "n = len(kept)" in first.source
