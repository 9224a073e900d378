"""What a list leaves behind that has become an array."""

import pytest

from profiler_suite.analysis.explain.lifting.loops.leftovers import leftovers
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.lifting.reading import facts_of, lifted_text

NAMES = {"x": "float64 (9,)"}
LOOP = "out = []\nfor v in x:\n    out.append(v * 2)\n"


def only(body: str) -> list[str]:
    found = lifted_text(body, NAMES)
    assert found.lifted, found.unlifted
    return found.lifted[0].source.splitlines()[1:]


def test_neither_the_empty_list_nor_the_copy_stays() -> None:
    assert only(f"{LOOP}return np.array(out)") == ["    out = x * 2", "    return out"]
    assert only(f"{LOOP}return np.asarray(out) + 1") == [
        "    out = x * 2",
        "    return out + 1",
    ]


def test_what_changes_is_told_line_by_line() -> None:
    (found, *_) = lifted_text(f"{LOOP}return np.array(out)", NAMES).lifted
    assert found.rewrite.lines == (
        (2, "out = []", ""),
        (3, "for v in x:\nout.append(v * 2)", "out = x * 2"),
        (5, "return np.array(out)", "return out"),
    )
    assert (found.first_line, found.last_line) == (3, 5)


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f"{LOOP}return np.array(out, dtype=int)", "    return np.array(out, dtype=int)"),
        (LOOP.replace("v * 2", "v") + "return np.array(out)", "    return np.array(out)"),
        (
            LOOP.replace("in x", "in x[1:]").replace("v * 2", "v") + "return np.array(out)",
            "    return np.array(out)",
        ),
    ],
    ids=["options", "an argument", "part of an argument"],
)
def test_a_copy_that_means_something_stays(body: str, line: str) -> None:
    assert only(body)[-1] == line


def test_a_list_that_stays_one_keeps_its_beginning() -> None:
    assert only(f"{LOOP}return out")[0] == "    out = []"


def test_a_list_that_is_asked_for_before_the_loop_keeps_its_beginning() -> None:
    body = LOOP.replace("out = []\n", "out = []\nn = len(out)\n")
    assert only(f"{body}return np.array(out), n")[0] == "    out = []"


def test_without_pieces_there_is_nothing_left() -> None:
    source = SourceText(
        file="f.py", function="f", first_line=1, text="def f(x):\n    return x\n"
    )
    assert leftovers(Function(source), facts_of(), []) == {}
