"""Which functions' sources can be rewritten."""

import ast

from profiler_suite.analysis.explain import rewriting, syntax
from profiler_suite.measure.explain.records import Edit, SourceText


def test_lambdas_and_what_is_no_python_are_left_alone() -> None:
    for text in ("f = lambda x: x\n", "def f(:\n", "x = 1\n"):
        source = SourceText(file="o.py", function="f", first_line=1, text=text)
        assert rewriting.parsed(source) is None


def function(text: str) -> rewriting.Function:
    source = SourceText(file="o.py", function="f", first_line=1, text=text)
    found = rewriting.parsed(source)
    assert found is not None
    return found


def returned(own: rewriting.Function) -> ast.expr:
    statement = own.node.body[-1]
    assert isinstance(statement, ast.Return)
    assert statement.value is not None
    return statement.value


def test_what_is_put_before_a_function_goes_before_its_decorators() -> None:
    own = function("@keep\ndef f(x):\n    return x + 1  # one\n")
    value = returned(own)
    made = rewriting.spliced(own, [rewriting.edit(own, value, "x")], ["import math"])
    assert made is not None
    assert made.source == "import math\n@keep\ndef f(x):\n    return x  # one\n"


def test_edits_that_overlap_or_change_nothing_make_no_rewrite() -> None:
    own = function("def f(x):\n    return x + 1\n")
    value = returned(own)
    assert isinstance(value, ast.BinOp)
    whole = rewriting.edit(own, value, "x - 1")
    inner = rewriting.edit(own, value.left, "y")
    assert rewriting.spliced(own, [whole, inner]) is None
    assert rewriting.spliced(own, [rewriting.edit(own, value, "x + 1")]) is None
    broken = Edit(start=whole.start, end=whole.end, text="x +")
    assert rewriting.spliced(own, [broken]) is None


def test_parentheses_come_only_where_they_are_needed() -> None:
    own = function("def f(x):\n    return 2 * g(x) + h(x) ** 2 - k(x)\n")
    calls = {ast.unparse(n.func): n for n in ast.walk(own.node) if isinstance(n, ast.Call)}
    made = rewriting.spliced(
        own,
        [
            rewriting.edit(own, calls["g"], "x + 1"),
            rewriting.edit(own, calls["h"], "x[0]"),
            rewriting.edit(own, calls["k"], "-x"),
        ],
    )
    assert made is not None
    assert "return 2 * (x + 1) + x[0] ** 2 - (-x)" in made.source


def test_rewrites_that_touch_different_characters_go_together() -> None:
    own = function("def f(x):\n    a = g(x)\n    return h(a)\n")
    calls = {ast.unparse(n.func): n for n in ast.walk(own.node) if isinstance(n, ast.Call)}
    one = rewriting.spliced(own, [rewriting.edit(own, calls["g"], "x")], ["import a"])
    other = rewriting.spliced(own, [rewriting.edit(own, calls["h"], "a * 2")], ["import a"])
    again = rewriting.spliced(own, [rewriting.edit(own, calls["h"], "a")], ["import b"])
    assert one is not None
    assert other is not None
    assert again is not None
    (made,) = rewriting.together([own], [one, other, again])
    assert made.source == "import a\ndef f(x):\n    a = x\n    return a * 2\n"


def test_what_is_put_at_one_place_stands_there_in_the_order_given() -> None:
    own = function("def f(x):\n    return x\n")
    place = own.line_start(2)
    names = [f"name_{number}" for number in range(9)]
    put = [Edit(start=place, end=place, text=f"    {name} = x\n") for name in names]
    made = rewriting.spliced(own, [*put, put[0]])
    assert made is not None
    assert made.source == "".join(
        ("def f(x):\n", *(f"    {name} = x\n" for name in names), "    return x\n")
    )


def test_several_lines_for_one_keep_their_indentation() -> None:
    own = function("def f(x):\n    for i in x:\n        g(i)\n    return 1\n")
    text = "    y = h(\n        x,\n    )\n    k(y)\n"
    made = rewriting.spliced(
        own, [Edit(start=own.line_start(2), end=own.line_start(4), text=text)]
    )
    assert made is not None
    (number, before, after) = made.lines[0]
    assert number == 2
    assert before == "for i in x:\n    g(i)"
    assert after == "y = h(\n    x,\n)\nk(y)"


def test_a_new_name_is_none_that_the_function_has() -> None:
    own = function("def f(x, x_list):\n    x_list_2 = x\n    return x_list_2\n")
    assert rewriting.new_name(own, "x_list") == "x_list_3"
    assert rewriting.new_name(own, "x_parts") == "x_parts"


def test_an_annotated_assignment_is_an_assignment() -> None:
    own = function("def f(x):\n    n: int\n    s: float = 0.0\n    return x + s\n")
    declared, made = own.node.body[:2]
    assert isinstance(declared, ast.AnnAssign)
    assert isinstance(made, ast.Assign)
    assert own.text_of(made) == "s: float = 0.0"


def test_every_place_of_a_name_is_known_and_what_a_caller_does_to_the_list_is_his() -> None:
    own = function("def f(x, y):\n    z = x\n    z += x + y\n    return z\n")
    for name in ("x", "y", "z", "nowhere"):
        assert own.uses(name) == syntax.uses(own.node, name)
    own.uses("z").clear()
    assert len(own.uses("z")) == 3


def test_its_nodes_are_those_of_its_tree_outer_ones_first() -> None:
    own = function("def f(x):\n    y: float = x + 1\n    return y\n")
    assert list(own.nodes) == list(ast.walk(own.node))
