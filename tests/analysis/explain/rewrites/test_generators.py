"""A generator's loop stands in the place of the loop over what it yields, or stays."""

import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites.generators import loops_in_place
from profiler_suite.analysis.explain.rewriting import Function
from profiler_suite.measure.explain.records import SourceText


def made(generator: str, body: str) -> list[tuple[str, dict[str, str]]]:
    """The texts of f, whose loop goes over what g yields."""
    functions = []
    for name, text, names in (
        ("f", f"def f(x, i):\n{textwrap.indent(textwrap.dedent(body), '    ')}", {}),
        ("g", textwrap.dedent(generator).strip("\n"), {"i": "int 3", "size": "int 2"}),
    ):
        functions.append(
            Function(
                SourceText(file="f.py", function=name, first_line=1, text=text, names=names)
            )
        )
    user, yielding = functions
    user.siblings = {"g": yielding}
    return [(text, names) for _, text, names in loops_in_place(user)]


WINDOWS = """
def g(values, size):
    last = len(values) - size
    for i in range(last):
        yield values[i:i + size]
"""


def test_names_that_both_use_are_kept_apart_and_constants_are_put_in() -> None:
    ((text, names),) = made(WINDOWS, "for w in g(x, 2):\n    i += w.sum()\nreturn i")
    assert text == (
        "def f(x, i):\n"
        "    last = len(x) - 2\n"
        "    for i_2 in range(last):\n"
        "        w = x[i_2:i_2 + 2]\n"
        "        i += w.sum()\n"
        "    return i"
    )
    assert names == {"i_2": "int 3", "size": "int 2"}


def test_what_is_computed_or_changed_is_computed_once() -> None:
    ((text, _),) = made(WINDOWS, "for x in g(x[1:], i):\n    print(x)")
    assert "    values = x[1:]\n" in text
    assert "x = values[i_2:i_2 + i]" in text


def test_loops_in_loops_and_pairs_are_taken_apart() -> None:
    generator = "def g(a):\n    for r in a:\n        for c in r:\n            yield r, c"
    ((text, _),) = made(generator, "for p, q in g(x):\n    i += q\nreturn i")
    assert "        for c in r:\n            p, q = (r, c)\n            i += q" in text


@pytest.mark.parametrize(
    ("generator", "body"),
    [
        (WINDOWS, "for w in g(x, 2):\n    break"),
        (WINDOWS, "for w in g(x, 2):\n    pass\nelse:\n    i = 2"),
        (WINDOWS, "for w in g(*x):\n    pass"),
        (WINDOWS, "for w in g(x, size=2):\n    pass"),
        (WINDOWS + "    yield values\n", "for w in g(x, 2):\n    pass"),
        ("def g(a):\n    for v in a:\n        yield v\n        a.pop()", "for w in g(x): pass"),
        ("def g(a):\n    while a:\n        yield a.pop()", "for w in g(x): pass"),
        ("def g(a):\n    yield from a", "for w in g(x): pass"),
        ("def g(a):\n    return list(a)", "for w in g(x): pass"),
        ("def g(a=1):\n    for v in a:\n        yield v", "for w in g(x): pass"),
        ("def g(a):\n    for v in a:\n        w = yield v", "for w in g(x): pass"),
    ],
)
def test_anything_else_stays(generator: str, body: str) -> None:
    assert made(generator, body) == []


def test_a_break_of_an_inner_loop_leaves_only_that() -> None:
    body = "for w in g(x, 2):\n    for v in w:\n        break"
    assert len(made(WINDOWS, body)) == 1
