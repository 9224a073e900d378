"""Which names statements find as they are, and which they have set before they read them."""

import ast

import pytest

from profiler_suite.workloads.reads import found_by


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print(i)", "print i"),
        ("i = 1\nprint(i)", "print"),
        ("for i in x:\n    for j in i:\n        f(j, k)", "x f k"),
        ("for i in x:\n    pass\nprint(i)", "x print i"),  # x may be empty
        ("while a:\n    b = a\nprint(b)", "a print b"),
        ("if a:\n    b = 1\nelse:\n    b = 2\nprint(b)", "a print"),
        ("if a:\n    b = 1\nprint(b)", "a print b"),
        ("i += 1\nprint(i)", "print i"),
        ("x[i] = y", "x i y"),
        ("x = [i for i in range(3) if i > k]", "range k"),
        ("f = lambda i: i + j", "j"),
        ("import a.b as c, d\nc.f(d)", ""),
        ("with open(p) as file:\n    t = file.read()\nprint(t, file)", "open p print"),
        ("try:\n    x = f()\nexcept E:\n    pass\nprint(x)", "f E print x"),
        ("def f(a=b, *, c=d):\n    return e\nf()", "b d"),
        ("@d\nclass A(B):\n    pass\nA()", "d B"),
        ("a, b = b, a", "a b"),
        ("for x[i] in y:\n    pass", "x i y"),
        ("del x", "x"),
        ("x = x + 1\nx = 2", "x"),
    ],
)
def test_a_name_is_found_unless_it_was_set_on_every_way(source: str, found: str) -> None:
    assert found_by(ast.parse(source).body) == set(found.split())
