"""Blocks of statements and uses of names."""

import ast

import pytest

from profiler_suite.analysis.explain import syntax
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText
from tests import own_source

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


def function_of(body: str) -> Function:
    text = "def f(x):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return Function(SourceText(file="f.py", function="f", first_line=1, text=text))


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


@pytest.mark.parametrize(
    ("text", "values", "made"),
    [
        ("a + b", {"a": "b", "b": "c * 2"}, "b + c * 2"),
        ("x.a[a](a=a)", {"a": "0"}, "x.a[0](a=0)"),
        ("y = y + x", {"y": "1"}, "y = 1 + x"),
        ("a[a] = a", {"a": "t"}, "t[t] = t"),
        ("f(x)", {}, "f(x)"),
    ],
)
def test_values_stand_where_their_names_are_read(
    text: str, values: dict[str, str], made: str
) -> None:
    node = ast.parse(text).body[0]
    known = {name: ast.parse(value, mode="eval").body for name, value in values.items()}
    assert ast.unparse(syntax.substituted(node, known)) == made
    assert ast.unparse(node) == text


def test_values_are_copies_that_may_be_changed() -> None:
    value: ast.expr = ast.List([], ast.Load())
    made = syntax.substituted(ast.parse("a, a", mode="eval").body, {"a": value})
    assert isinstance(made, ast.Tuple)
    assert len({id(each) for each in (value, *made.elts)}) == 3


def test_targets_bind_names_not_elements() -> None:
    (loop,) = ast.parse("for n, (a, *b) in rows: pass").body
    assert isinstance(loop, ast.For)
    assert syntax.bound_names(loop.target) == {"n", "a", "b"}
    (stored,) = ast.parse("x[i] = 1").body
    assert isinstance(stored, ast.Assign)
    assert syntax.bound_names(stored.targets[0]) == set()


def test_loops_inside_of_loops_are_not_outermost() -> None:
    function = function_of("for i in x:\n    while i: i -= 1\nfor j in x: pass\nreturn x")
    assert [ast.unparse(each.target) for each in syntax.loops_of(function)] == ["i", "j"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "stored", "read"),
    [
        ("a = b", {"a"}, {"a", "b"}),
        ("a[i] = b.c", {"a"}, {"a", "i", "b"}),
        ("a.b[i].c = 1", {"a"}, {"a", "i"}),
        ("for k in r: t += k", {"k", "t"}, {"k", "r", "t"}),
        ("del a[0]", {"a"}, {"a"}),
        ("f(a)[0] = 1", set(), {"f", "a"}),
    ],
)
def test_names_that_are_stored_in_and_names_that_occur(
    text: str, stored: set[str], read: set[str]
) -> None:
    tree = ast.parse(text)
    assert syntax.stored_in(tree) == stored
    assert syntax.names_in(tree) == read


def test_lines_go_behind_a_statement_with_its_indentation() -> None:
    function = function_of("if len(x):\n    for v in x:\n        v += 1\nreturn x")
    (loop,) = syntax.loops_of(function)
    edit = syntax.after(function, loop, ["y = 1", "z = 2"])
    text = function.text[: edit.start] + edit.text + function.text[edit.start :]
    assert edit.start == edit.end
    assert "            v += 1\n        y = 1\n        z = 2\n    return x" in text
    assert list(syntax.span_of(function, loop)) == [3, 4]


def test_behind_the_last_line_without_an_end_a_line_begins() -> None:
    text = "def f(x):\n    for v in x: pass"
    function = Function(SourceText(file="f.py", function="f", first_line=1, text=text))
    edit = syntax.after(function, syntax.loops_of(function)[0], ["y = 1"])
    assert edit.text == "\n    y = 1\n"


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a = n + 1\n    return a", "n + 1"),
        ("a = n + 1\n    return a, a", None),
        ("a = n + 1\n    a = 2\n    return a", None),
        ("a, b = n\n    return a", None),
        ("return n", None),
    ],
)
def test_a_value_for_one_use(body: str, value: str | None) -> None:
    function = own_source.function_of(f"def f(n):\n    {body}\n")
    returned = function.node.body[-1]
    assert isinstance(returned, ast.Return)
    assert returned.value is not None
    found = syntax.set_for_one_use(function, returned.value)
    assert (ast.unparse(found.value) if found else None) == value


def test_a_function_without_a_statement() -> None:
    function = own_source.function_of("def f(n):\n    a = (\n        n)\n    return n\n")
    gone = syntax.without(function, function.node.body[0])
    text = function.text[: gone.start] + gone.text + function.text[gone.end :]
    assert text == "def f(n):\n    return n\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("n = len(x)\ng(n)", True),
        ("n = x.size\ng(n)", True),
        ("x = x[1:]\nn = len(x)\ng(n)", True),
        ("n = len(x)\nx = x[1:]\ng(n)", False),
        ("n = len(x) - 1\ng(n)", False),
        ("n = len(x)\nn = 3\ng(n)", False),
        ("g(len(x))", True),
        ("g(n)", False),
    ],
)
def test_how_long_an_array_is_may_have_a_name(body: str, expected: bool) -> None:
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    text = f"def f(x, n):\n{lines}"
    function = Function(SourceText(file="f.py", function="f", first_line=1, text=text))
    call = next(
        node
        for node in ast.walk(function.node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "g"
    )
    assert syntax.is_length(function, call.args[0], "x") == expected


def test_a_line_inside_a_statement_counts_with_the_first_of_it() -> None:
    text = (
        "def f(x):\n    for k in (\n        1,\n    ):\n        y = (\n            x\n"
        "            + k\n        )\n    return y\n"
    )
    function = Function(SourceText(file="f.py", function="f", first_line=11, text=text))
    assert syntax.with_beginnings(function, [17]) == {15, 17}
    assert syntax.with_beginnings(function, [19]) == {19}
    assert syntax.with_beginnings(function, [12, 15]) == {12, 15}


def test_what_is_asked_at_the_root_of_an_expression() -> None:
    asked = ast.parse("df['a'].rolling(3).mean().values[0]", mode="eval").body
    root = syntax.root_of(asked)
    assert root is not None
    assert root.id == "df"
    assert syntax.root_of(ast.parse("1 + x", mode="eval").body) is None
