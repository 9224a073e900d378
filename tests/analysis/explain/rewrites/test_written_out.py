"""Functions of a few elements, written out: they do what they did, or are left alone."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiler_suite.analysis.explain.rewrites import written_out
from profiler_suite.analysis.explain.rewriting import Function, spliced
from profiler_suite.measure.explain.records import SourceText
from tests.analysis.explain.rewrites.small_programs import NAMES, Program


def function_of(text: str, names: dict[str, str], name: str = "f") -> Function:
    bound = {"np": "numpy", "math": "math"}
    source = SourceText(
        file="own.py", function=name, first_line=1, text=text, names=names, bound=bound
    )
    return Function(source)


def rewritten(
    text: str, names: dict[str, str] = NAMES, others: dict[str, Function] | None = None
) -> str | None:
    function = function_of(text, names)
    function.siblings = others or {}
    found = written_out.written_out(function)
    made = spliced(function, found.edits) if found is not None else None
    return made.source if made is not None else None


def called(text: str, arguments: list[Any]) -> tuple[Any, list[Any]]:
    namespace: dict[str, Any] = {}
    exec(f"import numpy as np\nimport math\n{text}", namespace)
    with np.errstate(all="ignore"):
        return namespace["f"](*arguments), arguments


def arguments_of(seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in (3, 3, 2, (3, 3), (2, 3))]
    return [*arrays, float(rng.normal()), np.float64(rng.normal()), int(rng.integers(1, 4))]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray | np.generic) and type(one) is not type(other):
        return False
    if np.shape(one) != np.shape(other) or np.asarray(one).dtype != np.asarray(other).dtype:
        return False
    return bool(np.allclose(one, other, rtol=1e-8, atol=1e-8, equal_nan=True))


def check(seed: int) -> bool:
    """Whether it was written out; fails where the two differ in anything."""
    text = Program(seed).text
    made = rewritten(text)
    if made is None:
        return False
    return same_programs(text, made, lambda: arguments_of(seed))


def same_programs(text: str, made: str, arguments: Callable[[], list[Any]]) -> bool:
    """Whether both work on such arguments; fails where they differ in anything."""
    try:
        answer, before = called(text, arguments())
    except (ValueError, TypeError, IndexError, OverflowError, ZeroDivisionError):
        return False
    try:
        other, after = called(made, arguments())
    except (OverflowError, ZeroDivisionError):
        return False
    assert same(answer, other), (text, made)
    assert same(tuple(before), tuple(after)), (text, made)
    parts = [each if isinstance(each, tuple) else (each,) for each in (answer, other)]
    held = [[*part, *left] for part, left in zip(parts, (before, after), strict=True)]
    assert shared(held[0]) == shared(held[1]), (text, made)
    return True


def shared(values: list[Any]) -> list[tuple[int, int]]:
    """Pairs of arrays that lie in one memory."""
    arrays = [(k, each) for k, each in enumerate(values) if isinstance(each, np.ndarray)]
    return [(i, j) for i, a in arrays for j, b in arrays if i < j and np.shares_memory(a, b)]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_a_random_function_does_what_it_did(seed: int) -> None:
    check(seed)


def left_alone(body: str, names: dict[str, str] = NAMES) -> bool:
    lines = "\n    ".join(body.splitlines())
    return rewritten(f"def f({', '.join(NAMES)}):\n    {lines}\n", names) is None


@pytest.mark.parametrize(
    "body",
    [
        "return a + b",  # three operations of Python for one of NumPy
        "for k in range(3):\n    a = a + b * s\nreturn a",  # no straight line
        "d = a * s + b\ne = d\ne[0] = 1.0\nreturn d, e",  # one array in two places
        "d = a * s + b\ne = d[1:]\ne[0] = 1.0\nreturn d",  # a view that is changed
        "a *= s\nb = a[::-1]\na += b * s\nreturn s",
        "return a[1:], a + b * s",  # a view that is given away
        "return g(a) + b * s - a",  # what g does is not known
        "return np.array([n, n]) + n * 2 - n",  # integers
        "return [s, s] * n + [s]",
        "return np.where(s > 0.5, s, -s) + np.sin(t)",  # an array of no axis
    ],
)
def test_what_is_not_a_few_numbers_in_a_straight_line_is_left_alone(body: str) -> None:
    assert left_alone(body)


def test_long_arrays_and_other_dtypes_are_left_alone() -> None:
    body = "return np.sin(a) * s + b / 2.0"
    assert not left_alone(body)
    for words in (
        "float64 (10,)",
        "float64 (5, 1)",
        "float32 (3,)",
        "int64 (3,)",
        "float64 (0,)",
        "list of 3",
    ):
        assert left_alone(body, {**NAMES, "a": words})


def test_what_was_there_is_read_before_it_is_set() -> None:
    text = "def f(o):\n    o.v = o.v + o.g * 0.1\n    o.x = o.x + o.v * 0.1\n"
    names = {f"o.{name}": "float64 (2,)" for name in "vgx"}
    assert rewritten(text, names) == (
        "def f(o):\n"
        "    v_0, v_1 = o.v.tolist()\n"
        "    g_0, g_1 = o.g.tolist()\n"
        "    new_v_0 = v_0 + g_0 * 0.1\n"
        "    new_v_1 = v_1 + g_1 * 0.1\n"
        "    o.v = np.array([new_v_0, new_v_1])\n"
        "    x_0, x_1 = o.x.tolist()\n"
        "    new_x_0 = x_0 + new_v_0 * 0.1\n"
        "    new_x_1 = x_1 + new_v_1 * 0.1\n"
        "    o.x = np.array([new_x_0, new_x_1])\n"
    )


def test_a_way_out_stays_where_it_is() -> None:
    text = (
        "def f(a, s):\n"
        "    size = np.linalg.norm(a)\n"
        "    if size == 0:\n"
        "        return a\n"
        "    return a / size + s\n"
    )
    made = rewritten(text)
    assert made is not None
    assert made.splitlines()[-3:] == [
        "    if size == 0:",
        "        return a",
        "    return np.array([a_0 / size + s, a_1 / size + s, a_2 / size + s])",
    ]
    zeros = np.zeros(3)
    assert called(made, [zeros, 0.5])[0] is zeros
    # What is computed there is not computed in any case.
    assert rewritten(text.replace("return a\n", "return np.sin(a / s) ** 2\n")) is None


def test_another_object_that_may_be_the_same_is_left_alone() -> None:
    text = "def f(o, p):\n    o.v = o.v * 2.0 + o.g\n    p.x = p.v * 2.0 + p.g - 1.0\n"
    names = {f"{owner}.{name}": "float64 (2,)" for owner in "op" for name in "vg"}
    assert rewritten(text, names) is None
    assert rewritten(text.replace("p.v", "p.g"), names) is not None


def test_comments_stay_and_statements_of_constants_go() -> None:
    text = (
        "def f(a, t):\n"
        '    """Turn."""\n'
        "    # the matrix\n"
        "    m = np.eye(3)\n"
        "    return m @ a + np.array([\n        0.0, 0.0, np.sin(t)\n    ])  # and a push\n"
    )
    made = rewritten(text)
    assert made is not None
    assert [line.strip() for line in made.splitlines()[1:4]] == [
        '"""Turn."""',
        "# the matrix",
        "a_0, a_1, a_2 = a.tolist()",
    ]
    assert made.endswith("  # and a push\n")
    ast.parse(made)


def test_an_array_of_the_caller_changes_in_place() -> None:
    text = "def f(a, b, s):\n    a += b * s / np.linalg.norm(b)\n"
    made = rewritten(text)
    assert made is not None
    arrays = arguments_of(3)[:2]
    _, before = called(text, [*[each.copy() for each in arrays], 0.5])
    _, after = called(made, [*[each.copy() for each in arrays], 0.5])
    assert same(before[0], after[0])
    assert not same(before[0], arrays[0])


def test_only_the_last_of_several_stores_is_written() -> None:
    text = "def f(a, s):\n    a *= s\n    a -= s * 0.5\n    a[1] = -a[1]\n"
    made = rewritten(text)
    assert made is not None
    assert [made.count(f"a[{k}] = ") for k in range(3)] == [1, 1, 1]
    back = text.replace("    a -=", "    if a[0] > 9: return s\n    a -=")
    made = rewritten(back)
    assert made is not None
    assert [made.count(f"a[{k}] = ") for k in range(3)] == [2, 2, 2]


def test_it_says_what_python_raises_for_and_what_must_lie_apart() -> None:
    def assumed(body: str) -> tuple[str, ...]:
        text = f"def f({', '.join(NAMES)}):\n    {body}\n"
        found = written_out.written_out(function_of(text, NAMES))
        assert found is not None
        return found.assumptions

    assert assumed("return np.sin(a) * s + b") == ()
    assert assumed("return a / np.linalg.norm(a)") == ("nothing is divided by zero",)
    assert assumed("return a / 2.0 - b * 2.0") == ()
    domain = "functions of math are in their domain"
    assert assumed("return np.sqrt(a) + b * s") == (domain,)
    assert assumed("a += b * s + np.cross(b, a) - 1.0") == (
        "no two of its arrays share memory",
    )


SLOPE = """
def slope(t, y):
    \"\"\"Of an oscillator.\"\"\"
    found = TURN @ y
    found[1] += STRENGTH * np.sin(t)
    return found
"""
STEP = """
def f(t, y, h):
    first = slope(t, y)
    second = slope(t + h, y + h * first)
    return y + h / 2 * (first + second)
"""


def slope(text: str = SLOPE) -> dict[str, Function]:
    names = {"TURN": "float64 (2, 2)", "STRENGTH": "float 0.5"}
    return {"slope": function_of(text.lstrip(), names, "slope")}


def test_functions_of_the_module_are_written_out_where_they_are_called() -> None:
    names = {"t": "float 0.1", "y": "float64 (2,)", "h": "float 0.01"}
    made = rewritten(STEP.lstrip(), names, slope())
    assert made is not None
    assert "slope(" not in made
    assert made.count("TURN.tolist()") == 1
    before = f"TURN = np.array([[0.0, 1.0], [-4.0, 0.0]])\nSTRENGTH = 0.5\n{SLOPE}"
    arguments = [0.1, np.array([1.0, 2.0]), 0.01]
    assert same(called(before + STEP, arguments)[0], called(before + made, arguments)[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("STRENGTH", "h"),  # of the module there, its own here
        ("return found", "return slope(t, found)"),
        ("return found", "return found if y[0] > t else slope"),
        ("(t, y)", "(t, y, *others)"),
        ("(t, y)", "(t, y=None)"),
        ("    found[1] +=", "    for k in (0, 1): found[k] +="),
    ],
)
def test_a_called_function_that_is_no_straight_line_stays(old: str, new: str) -> None:
    names = {"t": "float 0.1", "y": "float64 (2,)", "h": "float 0.01"}
    assert rewritten(STEP.lstrip(), names, slope(SLOPE.replace(old, new))) is None


def test_a_function_that_is_keptis_not_the_one_of_the_module() -> None:
    names = {"t": "float 0.1", "y": "float64 (2,)", "h": "float 0.01"}
    given = STEP.lstrip().replace("(t, y, h)", "(slope, t, y, h)")
    assert rewritten(given, names, slope()) is None
