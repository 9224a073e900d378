"""What names hold where ways meet: a name for each number that differs, arrays kept apart."""

import ast

from profiler_suite.analysis.explain.rewrites import element_states as states
from profiler_suite.analysis.explain.rewrites.few_element_calls import Given
from profiler_suite.analysis.explain.rewrites.few_elements import Elements, Number


def number(text: str, kind: str = "float", own: bool = False) -> Number:
    return Number(ast.parse(text, mode="eval").body, kind, own)


def pair(*texts: str, outside: str = "") -> Elements:
    node = ast.Name(outside, ast.Load()) if outside else None
    return Elements([number(each) for each in texts], (len(texts),), node)


def joined(*each: dict[str, Given]) -> dict[str, Given]:
    found = [{("held", key): value for key, value in state.items()} for state in each]
    return {key: v for (_, key), v in states.Meeting(found, "<{}>".format).state.items()}


def texts(value: Given) -> list[str]:
    assert isinstance(value, Elements)
    return [ast.unparse(each.node) for each in value.numbers]


def test_only_numbers_that_differ_get_a_name() -> None:
    made = joined({"x": pair("a", "b"), "s": number("a")}, {"x": pair("a", "c")})
    assert texts(made["x"]) == ["a", "<x_1>"]
    assert isinstance(made["s"], states.Unknown)  # one way does not set it


def test_numbers_of_two_kinds_have_a_fraction_and_shapes_must_agree() -> None:
    made = joined({"x": number("0", "int", True)}, {"x": number("y")})["x"]
    assert isinstance(made, Number)
    assert (made.kind, made.own) == ("float", False)
    assert isinstance(
        joined({"x": number("a", "bool")}, {"x": number("b")})["x"], states.Unknown
    )
    assert isinstance(joined({"x": pair("a")}, {"x": pair("a", "b")})["x"], states.Unknown)
    assert isinstance(joined({"x": pair("a")}, {"x": number("a")})["x"], states.Unknown)


def test_arrays_that_are_one_on_one_way_only_are_shared() -> None:
    one, other = pair("a", "b"), pair("c", "d")
    same = joined({"x": one, "y": one}, {"x": other, "y": other})
    assert same["x"] is same["y"]
    apart = joined({"x": one, "y": one}, {"x": one, "y": other})
    assert apart["x"] is not apart["y"]
    for each in apart.values():
        assert isinstance(each, Elements)
        assert each.shared


def test_an_array_of_the_caller_on_one_way_is_not_changed_in_place() -> None:
    made = joined({"x": pair("a", outside="x")}, {"x": pair("b")})["x"]
    assert isinstance(made, Elements)
    assert made.shared
    assert made.outside is None
    again = joined({"x": pair("a", outside="x")}, {"x": pair("b", outside="x")})["x"]
    assert isinstance(again, Elements)
    assert not again.shared


def test_a_copy_is_not_reached_by_changes() -> None:
    held = {("held", "x"): pair("a", "b")}
    made = states.copied(held)
    array = made["held", "x"]
    assert isinstance(array, Elements)
    array.numbers[0] = number("c")
    assert texts(held["held", "x"]) == ["a", "b"]
    assert states.described(made) != states.described(held)
    assert states.described(states.copied(held)) == states.described(held)


def test_names_are_given_the_numbers_of_a_state() -> None:
    x, s = ("held", "x"), ("held", "s")
    head: dict[states.Key, Given] = {x: pair("x_0", "x_1"), s: number("s")}
    state: dict[states.Key, Given] = {x: pair("x_0", "y + 1"), s: number("2", "int")}
    found = states.assigned(head, state)
    assert {k: ast.unparse(v) for k, v in found.items()} == {"x_1": "y + 1", "s": "2.0"}
    after = states.with_numbers_of(head, {**state, ("held", "new"): number("n")})
    assert texts(after["held", "x"]) == ["x_0", "x_1"]
    assert isinstance(after["held", "new"], states.Unknown)
