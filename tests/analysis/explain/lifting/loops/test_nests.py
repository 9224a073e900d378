"""What the statements of a loop store and what names hold after it."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.scope import Gone
from profiler_suite.analysis.explain.lifting.normal_form.stores import stored_names
from profiler_suite.analysis.explain.lifting.normal_form.terms import Extend, Reduce, Refusal
from tests.analysis.explain.lifting.reading import reader_of
from tests.analysis.explain.lifting.written import HELD, TEXT


def walked(text: str, before: tuple[str, ...] = ()) -> Walk:
    walk = Walk(reader_of(TEXT, **HELD))
    walk.defined_before = frozenset(before)
    walk.block(ast.parse(textwrap.dedent(text)).body)
    return walk


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a = 1\nb, (c, d) = e", {"a", "b", "c", "d"}),
        ("for i in r:\n    t += i", {"i", "t"}),
        ("out.append(x)\nx[0] = 1", {"out"}),
        ("f(append)\na.b.append(1)", set()),
        ("del a", {"a"}),
    ],
)
def test_names_that_are_assigned_or_grow_are_stored(text: str, names: set[str]) -> None:
    assert stored_names(ast.parse(text).body) == names


def test_a_store_knows_its_loops_and_its_condition() -> None:
    walk = walked(
        """
        for i in range(x.shape[0]):
            for j in range(3):
                a[i, j] = x[i]
                if x[i] > 0:
                    a[i, j] += 1.0
        """
    )
    first, second = walk.effects
    assert (first.target.base, first.op, first.guard) == ("a", "=", None)
    assert [each.count.text() for each in first.labels] == ["x.shape[0]", "3"]
    assert (second.op, second.labels) == ("+", first.labels)
    assert second.guard is not None
    assert second.guard.loops == {first.labels[0].name}
    assert second.time > first.time


def test_continue_is_a_condition_on_the_rest() -> None:
    (skipped,) = walked(
        "for i in range(5):\n    if x[i] < 0:\n        continue\n    y[i] = x[i]"
    ).effects
    (asked,) = walked("for i in range(5):\n    if not x[i] < 0:\n        y[i] = x[i]").effects
    assert skipped.guard is not None
    assert skipped.guard == asked.guard


def test_both_branches_that_store_to_the_same_place_are_one_store() -> None:
    (one,) = walked(
        "for i in range(5):\n    if x[i] > 0:\n        y[i] = 1.0\n    else:\n        y[i] = s"
    ).effects
    assert one.guard is None
    walk = walked(
        "for i in range(5):\n    if x[i] > 0:\n        y[i] = 1.0\n    else:\n        y[0] = s"
    )
    assert [each.guard is not None for each in walk.effects] == [True, True]


def test_what_a_loop_sums_is_held_after_it_and_its_counter_is_not() -> None:
    walk = walked("t = 0.0\nfor i in range(x.shape[0]):\n    t += x[i]\n    last = x[i]")
    total = walk.scope.env["t"]
    assert isinstance(total, Reduce)
    assert total.op == "sum"
    assert total.loops == frozenset()
    assert isinstance(walk.scope.env["i"], Gone)
    assert isinstance(walk.scope.env["last"], Gone)


def test_a_list_that_grows_is_known_with_its_condition() -> None:
    walk = walked(
        """
        found = []
        for i in range(x.shape[0]):
            if x[i] > s:
                found.append(x[i])
        """
    )
    grown = walk.scope.env["found"]
    assert isinstance(grown, Extend)
    assert grown.mask is not None
    assert [each.count.text() for each in grown.labels] == ["x.shape[0]"]


@pytest.mark.parametrize("count", [2, 4])
def test_a_while_loop_that_counts_is_a_for_loop(count: int) -> None:
    walk = walked(f"i = 0\nwhile i < {count}:\n    y[i] = x[i]\n    i += 1")
    (store,) = walk.effects
    assert [each.count.text() for each in store.labels] == [str(count)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("if x[i] > s:\n    break", "may end before its last iteration"),
        ("return x", "may end before its last iteration"),
        ("raise ValueError", "raises or catches exceptions"),
        ("with s:\n    pass", "a with block stands in it"),
        ("def g(): pass", "it defines a function"),
        ("print(x[i])", "print has side effects"),
        ("s.real = x[i]", "it sets s.real"),
        ("x[i], s.real = y[i], x[i]", "it sets"),
        ("unknown += x[i]", "unknown is read before it is set in the loop"),
        ("y[i] = a", "a value with more axes than its place in y"),
        ("import os", "'import os' is not followed"),
        ("y[i] @= x[i]", "is not followed"),
    ],
)
def test_what_is_not_followed_is_said(body: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        walked(f"for i in range(5):\n{textwrap.indent(body, '    ')}")


def test_a_value_of_the_iteration_before_is_refused() -> None:
    with pytest.raises(Refusal, match="last is taken from the iteration before"):
        walked("last = x\nfor i in range(5):\n    y[i] = last[0]\n    last = x * 2")
    with pytest.raises(Refusal, match="the loop has an else part"):
        walked("for i in range(5):\n    pass\nelse:\n    pass")
