"""Names of numbers: none that nobody asks for, and one where two hold the same."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.rewrites import element_names


def made(text: str, own: str, parameters: str = "n") -> str:
    body = ast.parse(textwrap.dedent(text)).body
    groups = [[each] for each in body]
    names = {each: each.partition("_")[0] for each in own.split()}
    found = element_names.undisturbed(groups, names, parameters.split())
    return "\n".join(ast.unparse(each) for group in found for each in group)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = n + 1\nb = n + 2\nprint(b)", "b = n + 2\nprint(b)"),
        ("a, b = n.tolist()\nprint(b)", "_, b = n.tolist()\nprint(b)"),
        ("a = draw()\nprint(n)", "a = draw()\nprint(n)"),  # which draws all the same
        ("a = n\nprint(a)", "print(n)"),
        # One is changed while the other is still asked for.
        ("a = n\na = a + 1\nprint(a, n)", "a = n\na = a + 1\nprint(a, n)"),
        ("a = n * 2\nb = a\nb = b + 1\nprint(b)", "a = n * 2\na = a + 1\nprint(a)"),
        (
            "a = n * 2\nif n > 2:\n    b = a + 1\n    a = b\nprint(a)",
            "a = n * 2\nif n > 2:\n    a = a + 1\nprint(a)",
        ),
        (
            "a = n\nif n > 2:\n    b = n\n    a = b\nelse:\n    a = 1\nprint(a)",
            "if not n > 2:\n    n = 1\nprint(n)",
        ),
    ],
)
def test_copies_and_what_nobody_asks_for_go(text: str, expected: str) -> None:
    assert made(text, "a b") == expected


def test_what_a_loop_carries_is_set_where_it_is_computed() -> None:
    text = """
    a = n * 2.0
    for k in range(3):
        b = a + 1
        c = a * b
        a = b
    print(a)
    """
    assert made(text, "a b c").splitlines()[1:] == [
        "for k in range(3):",
        "    a = a + 1",
        "print(a)",
    ]
    kept = text.replace("a = b", "a = b\n        print(c, b)")
    assert "b = a + 1" in made(kept, "a b c")
    broken = text.replace("c = a * b", "if b > 9:\n            break")
    assert "b = a + 1" in made(broken, "a b c")  # after a break the old one is asked for
    swapped = "a = n * 2\nb = n * 3\nwhile a < 9:\n    a, b = (b, a + 1)\nprint(a)"
    assert made(swapped, "a b") == swapped


def test_names_that_are_like_one_are_one_where_they_do_not_meet() -> None:
    text = "a = n + 1\na_2 = a * 2\nprint(a_2)"
    assert made(text, "a a_2") == "a = n + 1\na = a * 2\nprint(a)"
    assert made(f"{text}\nprint(a)", "a a_2") == f"{text}\nprint(a)"


def test_other_names_stay() -> None:
    assert made("a = GLOBAL\na = a + n\nprint(a)", "a").startswith("a = GLOBAL")


def test_a_name_is_as_it_was_meant_where_that_is_free() -> None:
    body = ast.parse("new_x = y + 1\nz_2 = new_x\nprint(z_2, z)").body
    element_names.shorten([body], {"new_x": "x", "z_2": "z"}, {"y", "new_x", "z_2"})
    assert [ast.unparse(each) for each in body] == ["x = y + 1", "z_2 = x", "print(z_2, z)"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a, b = (1, 2)", ["a", "b"]),
        ("a, b = (1, a)", ["b", "a"]),
        ("a, b = (b, a)", []),
        ("a, b = x", []),
        ("a = 1", ["a"]),
    ],
)
def test_names_side_by_side_are_set_in_turn_where_that_does_the_same(
    text: str, names: list[str]
) -> None:
    (statement,) = ast.parse(text).body
    assert [name for name, _ in element_names.one_by_one(statement)] == names
