"""Names with few values, as what was last set."""

import ast

import pytest

from profiler_suite.analysis.explain.lifting.normal_form.polynomials import Poly
from profiler_suite.analysis.explain.lifting.normal_form.states import (
    States,
    states,
    value_before,
)
from profiler_suite.analysis.explain.lifting.normal_form.terms import (
    CarriedValue,
    Index,
    Leaf,
    Term,
)
from tests.analysis.explain.lifting.reading import read, reader_of, within


def found(text: str, first: int = 0) -> States | None:
    reader = reader_of()
    label = within(reader, "i", "n")
    old = CarriedValue("state", label)
    reader.scope.env["state"] = old
    return states(read(text, reader), old, Index(Poly.number(first)))


def names(term: Term | None) -> list[str]:
    return [] if term is None else [getattr(each, "name", "") for each in term.walk()]


def test_a_switch_is_what_was_last_set() -> None:
    made = found("1 if state == 0 and x[i] > 2 else (0 if state == 1 and x[i] < 1 else state)")
    assert made is not None
    assert made.never is not None
    assert names(made.never)[0] == "&"
    assert names(made.mask)[0] == "|"
    assert names(made.value)[0] == "where"


def test_conditions_that_exclude_each_other_need_no_check() -> None:
    made = found("1 if state < 1 and x[i] > s else (-1 if state > -1 and x[i] < s else state)")
    assert made is not None
    assert made.never is None


@pytest.mark.parametrize(
    "text",
    [
        "state + 1 if x[i] > 2 else state",  # a counter has any number of values
        "x[i] if state == 0 else state",
        "1 - state",
        "s if state == 0 and x[i] > 2 else 0",
        "1 if state == 0 else (2.0 if x[i] > 1 else state)",
    ],
)
def test_other_names_are_not(text: str) -> None:
    assert found(text) is None


def test_a_name_that_steps_on_is_not_what_was_last_set() -> None:
    made = found("(state == 0) * 1 if x[i] > 2 else state")
    assert made is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("s = 3", Index(Poly.number(3))),
        ("s = t = -1", Index(Poly.number(-1))),
        ("t, s = 0, False", Leaf("False", weak="bool")),
        ("s = 0.5\nt = 3", Leaf("0.5", weak="float")),
        *(("s = x[0]", None), ("s += 1", None), ("s = 0\ns = x", None), ("t = 0", None)),
    ],
)
def test_the_constant_before_a_loop_is_known(text: str, value: Term | None) -> None:
    assert value_before("s", ast.parse(text).body) == value
