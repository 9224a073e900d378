"""Elements that get a name for as long as an iteration runs."""

import ast
import textwrap

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.source.named_elements import named_elements

HELD = {
    "x": "float64 (5,)",
    "z": "float32 (5,)",
    "a": "float64 (5, 3)",
    "k": "int64 (5,)",
    "n": "int 4",
    "s": "float",
}


def named(body: str) -> str:
    """The loop over i with names for its elements; empty where there are none."""
    loop = f"for i in range(n):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
    text = f"def f({', '.join(HELD)}):\n{textwrap.indent(loop, '    ')}\n"
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    (node,) = function.body
    assert isinstance(node, ast.For)
    made = named_elements(node, Facts(function, HELD, "np"), function)
    return "" if made is None else ast.unparse(made)


def test_an_element_is_read_first_and_written_last() -> None:
    made = named("x[i] += s\nif x[i] > 1:\n    x[i] = 2 * x[i]").splitlines()
    assert made[1].strip() == "@new_x = x[i]"
    assert made[-1].strip() == "x[i] = @new_x"
    assert made[2].strip() == "@new_x += s"


def test_an_inner_loop_that_ends_early_keeps_its_element() -> None:
    made = named("for j in range(3):\n    if s > j:\n        break\n    a[i, 1] += 1.0")
    assert made.splitlines()[1].strip() == "@new_a = a[i, 1]"
    assert made.splitlines()[-1] == "    a[i, 1] = @new_a"


def test_whole_numbers_are_counted() -> None:
    assert named("k[i] += 1\nk[i] = 2 * k[i] - n")


def test_elements_that_numbers_keep_apart_are_named_one_by_one() -> None:
    made = named("a[i, 0] += s\na[i, 1] += a[i, 0]\nfor d in range(2):\n    a[i, d] *= 2.0")
    names = ("@new_a_0", "@new_a_1")
    assert all(f"{name} *= 2.0" in made for name in names)
    assert [f"a[i, {k}] = @new_a_{k}" in made for k in (0, 1)] == [True, True]
    assert named("a[i, 0] += a[i, k[i]]") == ""
    assert named("a[i, 0] += a[n, 0]") == ""


@pytest.mark.parametrize(
    "body",
    [
        "x[i] += x[i - 1]",
        "x[i] = s\nprint(x)",
        "x[0] += s",
        "x[i] += s\nif x[i] > 1:\n    break",
        "x[i] += s\nif x[i] > 1:\n    continue",
        "x[i] += s\nif x[i] > 1:\n    return x",
        "i = 2\nx[i] += s",
        "a[i] += s",
        "a[i, :] += s",
        "z[i] += s",
        "k[i] = k[i] / 2",
        "k[i] += s",
        "k[i], s = s, 1.0",
        "x[i] = (lambda: x[i])()",
    ],
)
def test_others_stay_as_they_are(body: str) -> None:
    assert named(body) == ""
