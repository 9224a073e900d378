"""Patterns see through names that are set for one use, and rewrites leave no trace of them."""

import numpy as np
import pytest

from profiler_suite.analysis.explain import rewriting
from profiler_suite.analysis.explain.rewrites import single_uses
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.rules.own_function import Own

TABLE = (("np.sqrt((A - B) ** 2).sum(K)", "distance(A, B, K)"),)


def parsed(text: str) -> Function:
    source = SourceText(file="a.py", function="f", first_line=5, text=text, bound={})
    function = rewriting.parsed(source)
    assert function is not None
    return function


def rewritten(text: str) -> single_uses.Rewritten | None:
    function = parsed(text)
    every = single_uses.in_place(function)
    if every is None:
        return None
    return single_uses.rewritten(function, every, TABLE, lambda _: True)


def test_values_stand_in_the_place_of_their_names_and_other_lines_stay() -> None:
    made = rewritten(
        "def f(x, y):\n"
        "    # differences\n"
        "    d = x - y\n"
        "    squares = (\n"
        "        d ** 2\n"
        "    )\n"
        "    other = y.max()\n"
        "    roots = np.sqrt(squares)\n"
        "    return roots.sum(1), other + 1\n"
    )
    assert made is not None
    assert made.text == (
        "def f(x, y):\n"
        "    # differences\n"
        "    other = y.max()\n"
        "    return distance(x, y, 1), other + 1\n"
    )
    assert made.lines == [13]
    assert made.concerned == [7, 8, 9, 10, 12, 13]


def test_a_value_that_is_taken_as_it_is_keeps_its_name() -> None:
    made = rewritten(
        "def f(x, y):\n    a = x[::2]\n    d = a - y\n    return np.sqrt(d ** 2).sum(1)\n"
    )
    assert made is not None
    assert made.text == "def f(x, y):\n    a = x[::2]\n    return distance(a, y, 1)\n"


@pytest.mark.parametrize(
    "body",
    [
        "d = x - y\n    x += 1\n    return np.sqrt(d ** 2).sum(1)",
        "d = x - y\n    x[0] = 1\n    return np.sqrt(d ** 2).sum(1)",
        "d = x - y\n    np.exp(x, out=x)\n    return np.sqrt(d ** 2).sum(1)",
        "d = x - y\n    return np.sqrt(d ** 2).sum(1), d",
        "d = x - y\n    return [np.sqrt(d ** 2).sum(1) for _ in x]",
        "d = x - y\n    for k in x:\n        s = np.sqrt(d ** 2).sum(1)\n    return s",
        "d = x - y\n    return lambda: np.sqrt(d ** 2).sum(1)",
        "d = next(x) - y\n    e = next(x)\n    return np.sqrt(d ** 2).sum(1), e",
        "d = y.draw() - y\n    e = y.draw()\n    return np.sqrt(d ** 2).sum(1), e",
        "if x:\n        d = x - y\n    return np.sqrt(d ** 2).sum(1)",
        "d = e = x - y\n    return np.sqrt(d ** 2).sum(1), e",
        "while x:\n        s = np.sqrt(d ** 2).sum(1)\n        d = x - y\n    return s",
    ],
)
def test_a_value_that_would_be_another_where_it_is_read_stays(body: str) -> None:
    assert rewritten(f"def f(x, y):\n    {body}\n") is None


def test_what_draws_stays_before_what_draws_after_it_but_may_move_to_the_next_statement() -> (
    None
):
    drawn = "def f(x, y):\n    d = y.draw() - y\n    return np.sqrt(d ** 2).sum(1)\n"
    made = rewritten(drawn)
    assert made is not None
    assert made.text == "def f(x, y):\n    return distance(y.draw(), y, 1)\n"


@pytest.mark.parametrize("loop", ["for v in d:\n        use(v)", "return [use(v) for v in d]"])
def test_what_is_gone_through_once_may_stand_at_the_head_of_a_loop(loop: str) -> None:
    (use,) = single_uses.single_uses(parsed(f"def f(x, y):\n    d = x - y\n    {loop}\n"))
    assert use.read.id == "d"


def test_rules_find_what_is_written_in_several_statements() -> None:
    text = (
        "import scipy.spatial.distance\n"
        "def f(x, y):\n"
        "    d = scipy.spatial.distance.cdist(x, y)\n"
        "    return d.argmin(axis=1)\n"
    )
    x, y = np.random.default_rng(3).random((2, 30, 3))
    own = Own(text, x, y)
    (finding,) = own.findings("nearest_neighbour")
    assert finding.trial.rewrites[0].source.endswith(
        "def f(x, y):\n    return scipy.spatial.cKDTree(y).query(x)[1]\n"
    )
    assert own.agreement(finding).same
