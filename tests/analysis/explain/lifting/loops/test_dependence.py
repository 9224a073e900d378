"""Reads and writes of the same elements: what may run at once and what may not."""

import ast
import itertools
import textwrap
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain.lifting.loops import dependence
from profiler_suite.analysis.explain.lifting.loops.nests import Walk
from profiler_suite.analysis.explain.lifting.normal_form.stores import Store
from profiler_suite.analysis.explain.lifting.normal_form.terms import Access, Refusal, Scan
from profiler_suite.analysis.explain.lifting.nouns import Lifting
from tests.analysis.explain.lifting.reading import lifted_text, reader_of
from tests.analysis.explain.lifting.written import HELD, TEXT


def walked(text: str) -> Walk:
    walk = Walk(reader_of(TEXT, **HELD))
    walk.block(ast.parse(textwrap.dedent(text)).body)
    return walk


def in_loop(body: str) -> Walk:
    return walked(f"for i in range(1, 4):\n{textwrap.indent(body, '    ')}")


def check(walk: Walk, fresh: frozenset[str] = frozenset()) -> list[str]:
    return dependence.check(walk.effects, [], walk.scope.facts, fresh)


@pytest.mark.parametrize(
    "body",
    [
        "x[i] = x[i] + 1",
        "x[i] = x[i + 1]",
        "x[i] += x[i + 1] * s",
        "a[i, 0] = a[i, 1]",
        "a[i, 0] = a[i - 1, 2]",
        "x[i] = 1.0\nx[i] = 2.0",
        "x[i] += 1.0\nx[i + 1] += 2.0",
        "x[2] = 1.0\nx[i] = 1.0",
        "x[i] = x[0]",
        "x[i + 1] = 1.0\nx[i] = 2.0",
    ],
)
def test_what_any_order_leaves_as_it_is_may_run_at_once(body: str) -> None:
    assert check(in_loop(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "x[i] = x[i - 1] * 2",
        "x[i + 1] = x[i]",
        "x[i] = x[2]",
        "x[k[i]] = x[i]",
        "a[i, k[i]] = a[i - 1, 0]",
        "x[2] = x[i]",
    ],
)
def test_reading_what_another_iteration_writes_is_refused(body: str) -> None:
    with pytest.raises(Refusal, match=r"an iteration reads elements of [xa] that another"):
        check(in_loop(body))


@pytest.mark.parametrize(
    "body", ["x[i] = 1.0\nx[i + 1] = 2.0", "x[i] = s\nx[2] = 2.0", "x[i] = s\nx[k[i]] = 2.0"]
)
def test_two_statements_that_write_the_same_elements_out_of_order_are_refused(
    body: str,
) -> None:
    with pytest.raises(Refusal, match="two statements write the same elements of x"):
        check(in_loop(body))


def test_arguments_are_taken_to_lie_apart_in_words() -> None:
    walk = in_loop("x[i] = y[i]\na[i, 0] = y[i]")
    assert check(walk) == ["x and y do not share memory", "a and y do not share memory"]


def test_a_view_shares_the_memory_of_what_it_was_made_of() -> None:
    text = f"def f({', '.join(HELD)}):\n    v = x[1:]\n    return v"
    walk = Walk(reader_of(text, **HELD, v="float64 (4,)"))
    walk.block(ast.parse("for i in range(3):\n    v[i] = x[i]").body)
    with pytest.raises(Refusal, match="v and x may share their memory"):
        check(walk)
    check(walk, frozenset({"v"}))  # made right before: nobody else has it


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("y[i] = y[i]", {0}),
        ("y[i] = y[i + 2]", {-1}),
        ("y[i] = y[i - 1]", {1}),
        ("y[i] = y[i - 2]", {-1, 0, 1}),  # y[-1] is the last one
        ("y[2 * i] = y[2 * i + 1]", set()),
        ("y[0] = y[1]", set()),
        ("y[2] = y[i]", {-1, 0, 1}),
        ("y[0] = y[i]", set()),
        ("a[i, 0] = a[i, 1]", set()),
    ],
)
def test_the_order_of_a_write_and_a_read_of_one_element(body: str, expected: set[int]) -> None:
    walk = in_loop(body)
    (store,) = walk.effects
    assert isinstance(store.term, Access)
    found = dependence.relations(store.target, store.term, list(store.labels), walk.scope.facts)
    assert found == expected


def recurrence(body: str) -> Store:
    (store,) = in_loop(body).effects
    return dependence.recurrence(store)


@pytest.mark.parametrize(
    ("body", "op"),
    [
        ("y[i] = y[i - 1] + x[i]", "sum"),
        ("y[i] = max(y[i - 1], x[i])", "max"),
        ("y[i] = y[i - 1] * x[i]", "prod"),
        ("y[i] += y[i - 1]", "sum"),
    ],
)
def test_an_element_that_follows_from_the_one_before_is_a_running_value(
    body: str, op: str
) -> None:
    store = recurrence(body)
    assert isinstance(store.term, Scan)
    assert (store.op, store.term.op) == ("=", op)
    assert isinstance(store.term.initial, Access)
    assert store.term.initial.labels == ()


@pytest.mark.parametrize("body", ["y[i] = x[i]", "y[i] = y[i + 1]", "y[i] -= y[i - 1]"])
def test_other_stores_stay_as_they_are(body: str) -> None:
    (store,) = in_loop(body).effects
    assert dependence.recurrence(store) is store


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("y[i] = y[i - 1] + y[i - 2]", "several of its elements before"),
        ("if x[i] > 0:\n    y[i] = y[i - 1] + x[i]", "before on a condition"),
        ("y[i] = np.sin(y[i - 1])", "in the iteration before"),
    ],
)
def test_recursions_of_another_kind_are_refused(body: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        recurrence(body)


def test_a_recursion_of_an_array_that_is_set_elsewhere_too_is_refused() -> None:
    stores = in_loop("y[i] = y[i - 1] + x[i]\ny[0] = 1.0").effects
    with pytest.raises(Refusal, match="is set elsewhere too"):
        dependence.recurrences(stores)
    assert dependence.recurrences([]) == []


def test_a_loop_that_comes_first_must_not_turn_the_order_round() -> None:
    nest = "for i in range(1, 5):\n    for k in range(1, 4):\n        z[i, k] = {}\nreturn z"
    names = {"z": "float64 (6, 5)"}
    # What the row before left one column to the right is not there yet, column by column.
    found = lifted_text(nest.format("z[i - 1, k + 1] * z[i, k - 1] + 1"), names)
    assert not any(each.whole for each in found.lifted)
    (first, *_) = lifted_text(nest.format("z[i, k - 1] * z[i, k - 1] + 1"), names).lifted
    assert "for k in range(3):" in first.source
    assert first.whole


def test_a_counter_that_begins_at_one_reads_the_element_before_it() -> None:
    nest = (
        "for t in range({}, 5):\n    for j in range(1, 4):\n        z[j, t] = z[j - 1, t - 1]"
    )
    names = {"z": "float64 (5, 5)"}
    text = "z[1:4, t] = z[:3, t - 1]"
    assert any(text in each.source for each in lifted_text(nest.format(1), names).lifted)
    # At 0 it would be the last one, which the loop itself sets.
    assert not any(text in each.source for each in lifted_text(nest.format(0), names).lifted)


def rounds(body: str) -> Lifting:
    text = f"for k in range(n):\n    for i in range(n):\n        for j in range(n):\n{body}"
    return lifted_text(text, {"d": "float64 (6, 6)", "n": "int 6"})


@pytest.mark.parametrize(
    "body",
    [
        "            d[i, j] = min(d[i, j], d[i, k] + d[k, j])",
        "            if d[i, k] + d[k, j] < d[i, j]:\n"
        "                d[i, j] = d[i, k] + d[k, j]",
    ],
)
def test_rounds_that_leave_their_own_row_and_column_as_they_are(body: str) -> None:
    found = rounds(body)
    assert found.lifted
    for each in found.lifted:
        assert not each.whole
        assert any("does not change in that round" in words for words in each.assumptions)
        given = np.random.default_rng(0).random((6, 6))
        known: dict[str, Any] = {"np": np}
        exec(each.source, known)
        by_loop, at_once = given.copy(), given.copy()
        for k, i, j in itertools.product(range(6), repeat=3):
            by_loop[i, j] = min(by_loop[i, j], by_loop[i, k] + by_loop[k, j])
        known["f"](at_once, 6)
        np.testing.assert_allclose(at_once, by_loop)


@pytest.mark.parametrize(
    "body",
    ["            d[i, j] = d[i, k] + d[k, j]", "            d[i, j] += d[i, k] * d[k, j]"],
)
def test_rounds_that_change_them_are_refused(body: str) -> None:
    assert not rounds(body).lifted


@pytest.mark.parametrize(
    ("value", "how"),
    [
        ("min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1])", "minimum.accumulate"),
        ("max(d[i - 1, j], d[i, j - 1]) + x[i, j]", "maximum.accumulate"),
        ("0.25 * (d[i, j - 1] + d[i, j + 1] + d[i - 1, j] + d[i + 1, j])", "lfilter"),
    ],
)
def test_rows_that_follow_from_the_row_before_are_lifted_row_by_row(
    value: str, how: str
) -> None:
    body = "for i in range(6):\n    d[i, 0] = i\nfor i in range(1, 5):\n"
    body += f"    for j in range(1, 5):\n        d[i, j] = {value}"
    found = lifted_text(body, {"d": "float64 (6, 6)", "x": "float64 (6, 6)"}).lifted
    assert any(how in each.source for each in found)
    for each in found:
        by_loop, x = np.random.default_rng(0).random((2, 6, 6))
        by_row, known = by_loop.copy(), {"np": np, "d": by_loop, "x": x}
        exec(body, known)
        exec(each.source, known)
        known["f"](by_row, x)
        np.testing.assert_allclose(by_row, by_loop)


@pytest.mark.parametrize(
    "value",
    ["min(d[j - 1], d[j - 2])", "d[j - 1] + d[9 - j]", "d[j - 1] + d[2 * j]"],
)
def test_rows_that_follow_from_more_of_themselves_are_refused(value: str) -> None:
    body = f"for j in range(2, 5):\n    d[j] = {value}"
    assert not lifted_text(body, {"d": "float64 (9,)"}).lifted
