"""Lists that grow, and whether they only become arrays."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.loops.grown_lists import (
    begins_anew,
    belongs_to_others,
    joined_by,
    lists_that_grow,
    only_made_array,
)
from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from tests.analysis.explain.lifting.test_pieces import HELD, function_of


def test_lists_that_are_appended_to_grow() -> None:
    body = "a = []\nfor v in x:\n    a.append(v)\nb = [1]\nb += [2]\nc = [3]\nc.sort()"
    assert lists_that_grow(function_of(body).node) == {"a", "b"}


def test_a_list_of_the_callers_is_seen_by_others() -> None:
    function = function_of("for v in x:\n    given.append(v)")
    facts = Facts(function.node, HELD | {"given": "list of 0"}, "np")
    nest = function.node.body[0]
    assert belongs_to_others(nest, "given", facts)
    assert not belongs_to_others(nest, "x", facts)


def test_a_name_that_is_set_begins_anew() -> None:
    nest = ast.parse("for v in x:\n    row = []\n    row.append(v)").body[0]
    assert begins_anew(nest, "row")
    assert not begins_anew(nest, "x")


@pytest.mark.parametrize(
    ("after", "only"),
    [
        ("return np.array(z)", True),
        ("return np.sum(z), len(z)", True),
        ("return np.cumsum(z)", True),
        ("return np.append(z, 1.0)", False),
        ("return z", False),
        ("return sorted(z)", False),
        ("z = np.array(z)", False),  # set twice: what it holds where is not known
    ],
)
def test_a_list_that_only_becomes_an_array(after: str, only: bool) -> None:
    function = function_of(f"z = []\nfor v in x:\n    z.append(v)\n{after}")
    facts = Facts(function.node, HELD, "np")
    assert only_made_array(function.node, function.node.body[1], "z", facts) is only


def test_a_list_that_begins_with_something_may_become_an_array() -> None:
    function = function_of("z = [1.0]\nfor v in x:\n    z.append(v)\nreturn np.array(z)")
    facts = Facts(function.node, HELD, "np")
    assert only_made_array(function.node, function.node.body[1], "z", facts)
    assert not only_made_array(function.node, function.node.body[1], "other", facts)


def test_a_list_that_becomes_a_column_is_an_array() -> None:
    for place, column in (("df['z']", True), ("held['z']", False), ("df[0]", False)):
        function = function_of(f"z = []\nfor v in x:\n    z.append(v)\n{place} = z")
        facts = Facts(function.node, HELD | {"df": "DataFrame", "held": "dict"}, "np")
        assert only_made_array(function.node, function.node.body[1], "z", facts) is column


@pytest.mark.parametrize(
    ("after", "how"),
    [
        ("return np.vstack(z)", "vstack"),
        ("return np.concatenate(z)", "concatenate"),
        ("return np.concatenate(z, axis=1)", ""),
        ("return np.vstack(z), len(z)", ""),
        ("return np.array(z)", ""),
        ("return z", ""),
    ],
)
def test_a_list_that_is_only_joined(after: str, how: str) -> None:
    function = function_of(f"z = []\nfor v in x:\n    z.append(a[0])\n{after}")
    facts = Facts(function.node, HELD, "np")
    assert joined_by(function.node, function.node.body[1], "z", facts) == how
