"""Elements of arrays stand where fields of objects stood, or nothing is written otherwise."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites.object_places import NotFieldsError, ObjectLoop
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

LISTS = {"ps": {"x": "float64 (9,)", "x[]": "float", "r": "float64 (9, 3)"}}


def loop_of(text: str) -> tuple[ObjectLoop, ast.stmt]:
    """The first statement of a function, and what goes over it."""
    whole = "def f(ps, k):\n    " + text.replace("\n", "\n    ")
    function = Function(SourceText(file="f.py", function="f", first_line=1, text=whole))
    return ObjectLoop(function, LISTS), function.node.body[0]


def placed(text: str) -> str:
    """The statement with elements of arrays."""
    loop, node = loop_of(text)
    return "\n".join(map(ast.unparse, loop.placed(node)))


def test_fields_are_elements_at_the_place_of_their_object() -> None:
    assert placed("for p in ps:\n    p.x = k * p.x") == (
        "for at_p in range(len(ps)):\n    ps_x[at_p] = k * ps_x[at_p]"
    )
    assert placed("k = [p.x for p in ps if p is not ps[0]]") == (
        "k = [ps_x[at_p] for at_p in range(len(ps)) if at_p != 0]"
    )


def test_arrays_are_gathered_once_and_given_back_where_they_were_set() -> None:
    loop, node = loop_of("for p in ps:\n    p.r = p.r + p.x")
    statements = loop.placed(node)
    rows, numbers = loop.gathered.values()
    assert loop.gathering(rows, statements) == (
        "ps_r = np.array([each.r for each in ps], dtype=float)"
    )
    assert loop.gathering(numbers, statements) == "ps_x = np.array([each.x for each in ps])"
    assert loop.given_back() == ["for each, new_r in zip(ps, ps_r):", "    each.r = new_r"]
    assert dict(numbers.held()) == {"ps_x": "float64 (9,)", "ps_x[]": "float"}
    assert dict(rows.held()) == {"ps_r": "float64 (9, 3)"}


def test_names_that_a_function_has_are_left_to_it() -> None:
    assert "ps_x_2[at_p]" in placed("for p in ps:\n    k += p.x\nps_x = 1")


@pytest.mark.parametrize(
    "text",
    [
        "for p in ps:\n    print(p)",
        "for p in ps:\n    k += p.unknown",
        "for p in ps:\n    k = ps",
        "for p in ps:\n    k = ps[0]; k = ps",
        "k = [p for p in ps]",
        "k = [p.x + f(ps) for p in ps]",
    ],
)
def test_anything_else_of_an_object_is_refused(text: str) -> None:
    loop, node = loop_of(text)
    with pytest.raises(NotFieldsError):
        loop.placed(node)
