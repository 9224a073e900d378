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
