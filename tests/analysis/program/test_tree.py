"""Functions as boxes, each as wide as its time."""

import pytest

from profiler_suite.analysis.program.moments import IMPORTS, moments
from profiler_suite.analysis.program.tree import BEGINNING, IMPORTING, Box, boxes
from profiler_suite.measure.native import layers
from tests.analysis.program import fake_program
from tests.analysis.program.fake_program import NUMPY, run_of, stack

MAIN = "<module> (/home/me/main.py:20)"
LOOP = "loop (/home/me/main.py:5)"
OTHER = "other (/home/me/main.py:9)"
SUM = f"sum ({NUMPY}/_core/fromnumeric.py:2425)"


def made(*stacks: str) -> list[Box]:
    return boxes(moments(run_of(*stacks).samples, 7))


def test_callers_come_before_what_they_call_and_the_widest_first() -> None:
    found = made(
        stack(MAIN, OTHER, count=10), stack(MAIN, LOOP, SUM, count=60), stack(MAIN, count=30)
    )
    assert [each.name for each in found] == ["<module>", "loop", "sum", "other"]
    assert [each.parent for each in found] == [-1, 0, 1, 0]
    assert [each.depth for each in found] == [0, 1, 2, 1]
    assert [each.width for each in found] == pytest.approx([1.0, 0.6, 0.6, 0.1])
    assert [each.begin for each in found] == pytest.approx([0.0, 0.0, 0.0, 0.6])
    assert found[0].layer == layers.USER
    assert found[2].layer == layers.NUMPY_PYTHON


def test_the_work_inside_a_box_adds_up_to_it() -> None:
    found = made(
        stack(MAIN, LOOP, SUM, f"x ({fake_program.UMATH})", count=5), stack(MAIN, LOOP, count=5)
    )
    for each in found:
        assert sum(each.breakdown.values()) == pytest.approx(1.0)
        children = [other for other in found if other.parent == found.index(each)]
        assert sum(child.width for child in children) <= each.width + 1e-12


def test_one_function_from_two_callers_is_two_boxes() -> None:
    found = made(stack(MAIN, LOOP, SUM, count=1), stack(MAIN, OTHER, SUM, count=1))
    assert [each.name for each in found].count("sum") == 2


def test_imports_are_one_box_without_their_machinery() -> None:
    found = made(stack(MAIN, fake_program.IMPORTING, f"<module> ({NUMPY}/x.py:1)", count=4))
    assert [each.name for each in found] == ["<module>", IMPORTING]
    assert found[1].breakdown == {IMPORTS: 1.0}
    assert found[1].layer == layers.CPYTHON


def test_what_is_narrow_or_deep_is_left_out() -> None:
    deep = [f"f{n} (/home/me/main.py:{n + 1})" for n in range(40)]
    found = made(stack(*deep, count=1000), stack(OTHER, count=1))
    assert max(each.depth for each in found) == 23
    assert "other" not in {each.name for each in found}


def test_a_program_that_nobody_saw_has_no_boxes() -> None:
    assert boxes([]) == []
    assert BEGINNING not in {each.name for each in made()}
