"""What a rewrite defines has a name that the module does not have yet."""

import ast

import numpy as np

from profiler_suite.analysis.explain import own_names, rewriting
from profiler_suite.measure.explain.records import Rewrite, SourceText
from tests.analysis.explain.rules.own_function import Own

_TWICE = "def twice(x):\n    return 2 * x\n"


def function(text: str, *module_names: str) -> rewriting.Function:
    return rewriting.Function(
        SourceText(
            file="o.py", function="f", first_line=1, text=text, module_names=module_names
        )
    )


def with_twice(own: rewriting.Function, old: str) -> Rewrite | None:
    (node,) = [
        each
        for each in ast.walk(own.node)
        if isinstance(each, ast.expr) and ast.unparse(each) == old
    ]
    return rewriting.spliced(own, [rewriting.edit(own, node, f"twice({old})")], [_TWICE])


def test_a_helper_has_its_own_name_where_nothing_else_has_it() -> None:
    made = with_twice(function("def f(x):\n    return x.T\n", "np", "other"), "x.T")
    assert made is not None
    assert made.source == f"{_TWICE}\n\ndef f(x):\n    return twice(x.T)\n"


def test_it_has_another_where_the_module_or_the_function_has_it() -> None:
    for text, names in [
        ("def f(x):\n    return x.T\n", ("np", "twice")),
        ("def twice(x):\n    return x.T\n", ()),
        ("def f(x, twice=3):\n    return x.T\n", ()),
        ("def f(x):\n    twice = 1\n    return x.T\n", ()),
    ]:
        made = with_twice(function(text, *names), "x.T")
        assert made is not None
        assert "def twice_2(x):\n" in made.source
        assert "return twice_2(x.T)\n" in made.source
        assert made.prelude == (_TWICE.replace("twice", "twice_2"),)


def test_names_that_only_end_or_begin_like_it_stay() -> None:
    own = function("def f(x, twice, a):\n    return x.T + a.twice + a.twice_more\n")
    made = with_twice(own, "x.T + a.twice")
    assert made is not None
    assert "return twice_2(x.T + a.twice) + a.twice_more\n" in made.source


def test_nothing_is_made_where_nobody_can_tell_whose_name_it_is() -> None:
    assert with_twice(function("def f(x):\n    return twice(x)\n", "twice"), "twice(x)") is None


def test_a_function_that_is_called_like_the_helper_of_its_rewrite_is_rewritten() -> None:
    rng = np.random.default_rng(0)
    integers = rng.integers(0, 9, (20, 30)), rng.integers(0, 9, (30, 10))
    for name in ("f", "integer_product"):
        own = Own(f"def {name}(a, b):\n    return a @ b\n\nf = {name}\n", *integers)
        (found,) = [x for x in own.findings("integer_product") if x.trial.rewrites]
        agreed = own.agreement(found)
        assert agreed.same, agreed.reason


def test_names_are_counted_up() -> None:
    assert own_names.unused("total", {"total", "total_2"}) == "total_3"
