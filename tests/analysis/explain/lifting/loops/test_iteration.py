"""The headers of loops."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops.iteration import comprehended, entered
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import expression, loop, reader_of


def counts(header: str) -> tuple[list[str], list[str]]:
    """How often each loop of a header runs, and the names that it binds."""
    reader = reader_of()
    node = loop(f"for {header}: pass")
    labels, _ = entered(reader, node.target, node.iter)
    assert reader.scope.loops == labels
    return [each.count.text() for each in labels], list(reader.scope.env)


@pytest.mark.parametrize(
    ("header", "expected", "names"),
    [
        ("i in range(n)", ["n"], ["i"]),
        ("i in range(2, n)", ["n - 2"], ["i"]),
        ("i in range(0, 10, 3)", ["4"], ["i"]),
        ("i in range(10, 0, -3)", ["4"], ["i"]),
        ("i in range(len(x))", ["x.shape[0]"], ["i"]),
        ("v in x", ["x.shape[0]"], ["v"]),
        ("row in m", ["m.shape[0]"], ["row"]),
        ("i, v in enumerate(x)", ["x.shape[0]"], ["i", "v"]),
        ("a, b in zip(x, y)", ["x.shape[0]"], ["a", "b"]),
        ("i in reversed(range(n))", ["n"], ["i"]),
        ("i, j in np.ndindex(n, 3)", ["n", "3"], ["i", "j"]),
        ("i, j in itertools.product(range(n), range(2))", ["n", "2"], ["i", "j"]),
        ("k, row in df.iterrows()", ["df.shape[0]"], ["k", "row"]),
        ("i in range(0)", ["0"], ["i"]),
        ("i in range(5, 2)", ["0"], ["i"]),
    ],
)
def test_a_loop_runs_as_often_as_it_says(
    header: str, expected: list[str], names: list[str]
) -> None:
    found, bound = counts(header)
    assert found == expected
    assert sorted(bound) == names


@pytest.mark.parametrize(
    "header",
    [
        *("line in open(p)", "i in range(s)", "i in range(0, n, 0)", "row in df.iterrows()"),
        *("k in {1: 2}", "row in m.iterrows()", "a, b in x"),
    ],
)
def test_what_is_not_followed_is_refused(header: str) -> None:
    with pytest.raises(Refusal, match=r"\w"):
        counts(header)


def test_a_comprehension_has_a_value_its_loops_and_a_condition() -> None:
    reader = reader_of()
    node = expression("[v * 2 for row in m for v in row if v > 0]")
    assert isinstance(node, ast.ListComp)
    value, labels, condition = comprehended(reader, node)
    assert len(labels) == 2
    assert condition is not None
    assert value.loops == {each.name for each in labels}
    assert "v" not in reader.scope.env
