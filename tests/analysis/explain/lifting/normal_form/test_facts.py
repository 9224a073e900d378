"""What is known of a function's names."""

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.facts import Facts
from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.terms import Refusal
from tests.analysis.explain.lifting.reading import expression, facts_of

TEXT = """
def f(x, m, n, s):
    rows, columns = m.shape
    half = n // 2
    out = np.zeros((rows, columns + 1))
    twice = 2 * half
    twice = twice + 1
    parts = []
    for i in range(rows):
        out[i] = x[i]
    return out
"""
HELD = {"x": "float64 (5,)", "m": "float32 (5, 3)", "n": "int 9", "s": "float 2.5"}


def known() -> Facts:
    return facts_of(TEXT, **HELD)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("x", "array"), ("n", "int"), ("s", "float"), ("out", "array"), ("parts", "list")),
        *(("i", "int"), ("rows", "int"), ("half", "int"), ("unknown", "")),
    ],
)
def test_kinds_come_from_the_run_and_from_the_source(name: str, kind: str) -> None:
    assert known().kind(name) == kind


def test_extents_are_written_as_they_are_known() -> None:
    facts = known()
    assert facts.extent("out", 0) == Poly.atom("m.shape[0]")
    assert facts.extent("out", 1) == Poly.atom("m.shape[1]") + 1
    assert facts.extent("x", 0) == Poly.atom("x.shape[0]")
    assert (facts.rank("out"), facts.rank("m"), facts.rank("s")) == (2, 2, 0)
    with pytest.raises(Refusal, match="what unknown holds is not known"):
        facts.rank("unknown")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3 * n - 1", Poly.atom("n") * 3 - 1),
        ("len(x) - len(x)", Poly()),
        ("-(n + 1)", -(Poly.atom("n") + 1)),
        ("7 // 2 + 7 % 4", Poly.number(6)),
        ("rows", Poly.atom("m.shape[0]")),
        ("n / 2", None),
        ("s", None),
        ("True", None),
        ("x[0]", None),
        ("f(n)", None),
    ],
)
def test_whole_numbers_are_polynomials(text: str, number: Poly | None) -> None:
    assert known().integer(expression(text)) == number


@pytest.mark.parametrize(
    ("atom", "value"),
    [
        *(("x.shape[0]", 5), ("m.shape[1]", 3), ("m.shape[7]", None), ("n", 9), ("s", None)),
        *(("n // 2", 4), ("(n) % (0)", None), ("n - m.shape[0]", 4), ("q", None), ("(", None)),
    ],
)
def test_the_run_gives_unknowns_a_value(atom: str, value: int | None) -> None:
    assert known().at_hand(atom) == value


def test_a_name_that_is_set_twice_does_not_hold_still() -> None:
    facts = known()
    assert facts.settled("half")
    assert not facts.settled("twice")
    assert facts.single("twice") is None
    assert not facts.is_outer("x")
    assert facts.is_outer("SCALE")


def test_names_that_may_share_memory_are_followed() -> None:
    facts = facts_of("def f(x):\n    a = x[1:]\n    b = a\n    c = x + 1\n    d = a.copy()")
    assert facts.roots("b") == {"a", "b", "x"}
    assert facts.roots("c") == {"c"}
    assert facts.is_given("b")
    assert not facts.is_given("d")


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        (["m.shape[0]", "m.shape[1]"], "m.shape"),
        (["m.shape[1]", "m.shape[0]"], "m.shape[1], len(m)"),
        (["m.shape[0]", "x.shape[0]"], "len(m), len(x)"),
        (["m.shape[0]", "m.shape[1]", "m.shape[2]"], "len(m), m.shape[1], m.shape[2]"),
        (["x.shape[0]"], "len(x)"),
        (["cube.shape[0]", "cube.shape[1]"], "len(cube), cube.shape[1]"),
    ],
)
def test_all_lengths_of_an_array_in_order_are_its_shape(lengths: list[str], text: str) -> None:
    facts = facts_of("def f(m, x, cube):\n    return m\n", **HELD, cube="int64 (2, 3, 4)")
    assert facts.shape_text([Poly.atom(each) for each in lengths]) == text


def test_lengths_of_an_array_that_was_made_before_are_its_shape() -> None:
    facts = facts_of(TEXT, **HELD, out="float64 (5, 4)")
    lengths = [Poly.atom("m.shape[0]"), Poly.atom("m.shape[1]") + 1]
    assert facts.shape_text(lengths) == "len(m), m.shape[1] + 1"  # nothing is made yet
    facts.line = 9
    assert facts.shape_text(lengths) == "out.shape"
    assert facts.shape_text(lengths[:1]) == "rows"


def test_every_name_that_occurs_is_used_but_the_function_s_own() -> None:
    used = facts_of("def f(x, *more):\n    import scipy as s\n    return rows[x] + f(x)").used
    assert used == {"x", "more", "s", "rows", "f"}
    assert facts_of("def f(x):\n    def inner(y): pass\n    return x").used == {
        "x",
        "y",
        "inner",
    }


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        *(("[1, -2, 3.0]", ["3"]), ("[[1, 2, 3], [4, 5, 6]]", ["2", "3"]), ("[]", None)),
        *(("[[1], [2, 3]]", None), ("[x, x]", None), ("[1, [2]]", None), ("[[], []]", None)),
    ],
)
def test_an_array_of_a_written_list_has_its_shape(text: str, shape: list[str] | None) -> None:
    found = known().shape_of(expression(f"np.array({text})"))
    assert (found if found is None else [each.text() for each in found]) == shape


def test_the_least_of_a_counter_is_that_of_the_loop_at_hand() -> None:
    text = "def f(n):\n    for i in range(n):\n        pass\n    for i in range(2, n):\n"
    text += "        pass\n    for j in range(-3, n):\n        pass\n"
    facts = facts_of(text, n="int 9")
    assert facts.at_least("i") == 0
    facts.line = 4
    assert (facts.at_least("i"), facts.at_least("j"), facts.at_least("n")) == (2, -3, 0)
