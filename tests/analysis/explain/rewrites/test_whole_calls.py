"""Calls for one element, written as one for all."""

import ast

import pytest

from profiler_suite.analysis.explain.rewrites import whole_calls
from profiler_suite.analysis.explain.rewrites.whole_calls import NotOneCallError
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText

NAMES = {
    "x": "float64 (9,)",
    "a": "float64 (9, 5)",
    "b": "float64 (7, 5)",
    "values": "list of 9",
}


def function(text: str) -> Function:
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    source = f"def f(x, a, b, values):\n{lines}\n"
    return Function(
        SourceText(file="f.py", function="f", first_line=1, text=source, names=NAMES)
    )


def forms(text: str) -> list[str]:
    """Of a loop that stores or appends in its innermost body."""
    own = function(text)
    node, spans = own.node.body[0], []
    while isinstance(node, ast.For):
        spans.append(whole_calls.span_of(own, node.target, node.iter))
        body = node.body
        node = body[0]
    last = whole_calls.inlined(body)
    assert isinstance(last, ast.Assign)
    return list(whole_calls.of_all(last.value, spans))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in range(len(x)):\n    out[i] = g(x[i], 2.0)", "g(x, 2.0)"),
        ("for i in range(n):\n    out[i] = g(x[i])", "g(x[:n])"),
        ("for i, v in enumerate(x):\n    out[i] = g(v)", "g(x)"),
        ("for v, w in zip(x, x):\n    out[0] = g(v, w)", "g(x, x)"),
        ("for i in range(1, n + 1):\n    out[i] = g(x, i)", "g(x, np.arange(1, n + 1))"),
        ("for v in values:\n    out[0] = float(g(v))", "g(np.asarray(values))"),
        ("for i in range(a.shape[1]):\n    out[i] = g(a[:, i])", "g(a)"),
        ("for p in a:\n    out[0] = g(p[0])", "g(a[:, 0])"),
        (
            "for i, p in enumerate(a):\n    out[i] = g([p[0], p[1]])[0]",
            "g(np.stack([a[:, 0], a[:, 1]], axis=-1))",
        ),
        (
            "for i in range(len(a)):\n    out[i] = g((a[i, 2], 3.0))",
            "g(np.stack(np.broadcast_arrays(a[:, 2], 3.0), axis=-1))",
        ),
        ("for i in range(n):\n    out[i] = g(a[i, 0])", "g(a[:n, 0])"),
        ("for v in x:\n    out[0] = g([v])[0]", "g(x)"),
        ("for i in range(len(x)):\n    d, k = g(x[i])\n    out[i] = k", "g(x)[1]"),
        (
            "for i in range(len(a)):\n    for j in range(len(b)):\n"
            "        out[i, j] = g(a[i], b[j])",
            "g(a[:, None], b[None, :])",
        ),
    ],
)
def test_all_elements_stand_in_the_place_of_one(text: str, expected: str) -> None:
    assert expected in forms(text)


def test_rows_and_columns_name_their_axis() -> None:
    assert "g(a, axis=-1)" in forms("for i in range(len(a)):\n    out[i] = g(a[i])")
    assert "g(a, axis=0)" in forms("for j in range(a.shape[1]):\n    out[:, j] = g(a[:, j])")


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(len(x)):\n    out[i] = x[i] + 1",  # no call
        "for i in range(len(x)):\n    out[i] = g(3)",  # the same for all
    ],
)
def test_what_is_no_call_for_each_element_has_no_form(text: str) -> None:
    assert not forms(text)


def test_other_loops_say_that_they_are_none() -> None:
    own = function("for i in range(2, n, 2):\n    pass")
    loop = own.node.body[0]
    assert isinstance(loop, ast.For)
    with pytest.raises(NotOneCallError):
        whole_calls.span_of(own, loop.target, loop.iter)
    with pytest.raises(NotOneCallError):
        whole_calls.inlined(ast.parse("print(1)\nout[i] = 2").body)


@pytest.mark.parametrize(
    ("text", "none"),
    [
        ("math.exp(v)", True),
        ("values.count(v)", True),
        ("df['a'].corr(v)", True),
        ("df[df['a'] > v]['b'].sum()", True),
        ("v.replace('a', 'b')", True),
        ("v.mean()", False),
        ("model.predict([v])", False),
        ("np.exp(v)", False),
    ],
)
def test_what_takes_no_arrays_by_its_type(text: str, none: bool) -> None:
    names = {**NAMES, "df": "DataFrame", "df['a']": "float64 (9,)"}
    source = f"import math\ndef f(values, df, model, v):\n    return {text}, np, math\n"
    own = Function(
        SourceText(
            file="f.py",
            function="f",
            first_line=1,
            text=source.partition("\n")[2],
            names=names,
            bound={"math": "math", "np": "numpy"},
        )
    )
    element = ast.parse(text, mode="eval").body
    assert whole_calls.takes_no_arrays(own, element, {"v"}) is none


def test_methods_of_models_have_no_axis() -> None:
    own = function("return np.sum(x)")
    assert whole_calls.has_no_axis(own, "model.predict(x, axis=-1)")
    assert not whole_calls.has_no_axis(own, "x.sum(axis=-1) + np.sort(x, axis=-1)")
