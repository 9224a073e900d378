"""Blocks of statements and uses of names."""

import ast

from profiler_suite.analysis.explain import syntax

TEXT = """
def f(x):
    if x:
        y = x
    else:
        y = 0
    try:
        x.z = y
    finally:
        del y
    return lambda x: x + 1
"""


def test_every_block_comes_once_and_a_lambda_has_none() -> None:
    found = [
        [type(each).__name__ for each in block] for block in syntax.blocks(ast.parse(TEXT))
    ]
    assert found == [
        ["FunctionDef"],
        ["If", "Try", "Return"],
        ["Assign"],
        ["Assign"],
        ["Assign"],
        ["Delete"],
    ]


def test_a_name_is_used_where_it_is_read_set_or_deleted_not_where_it_is_an_argument() -> None:
    tree = ast.parse(TEXT)
    assert [each.lineno for each in syntax.uses(tree, "y")] == [4, 6, 8, 10]
    assert len(syntax.uses(tree, "x")) == 4
    assert syntax.uses(tree, "z") == []


def free(text: str) -> set[str]:
    return syntax.free_names(ast.parse(text, mode="eval").body)


def test_what_a_comprehension_or_a_lambda_binds_is_not_free() -> None:
    assert free("[r[k] for r in rows if r.n > n]") == {"rows", "k", "n"}
    assert free("[r for r in r]") == {"r"}
    assert free("lambda a: a + b") == {"b"}


def test_targets_bind_names_not_elements() -> None:
    (loop,) = ast.parse("for n, (a, *b) in rows: pass").body
    assert isinstance(loop, ast.For)
    assert syntax.bound_names(loop.target) == {"n", "a", "b"}
    (stored,) = ast.parse("x[i] = 1").body
    assert isinstance(stored, ast.Assign)
    assert syntax.bound_names(stored.targets[0]) == set()
