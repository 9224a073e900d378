"""The picture of a program: a box for each function."""

import pytest

from profiler_suite.analysis.program.tree import Box
from profiler_suite.report.drawing.icicle import icicle


def box(name: str, depth: int = 0, width: float = 1.0) -> Box:
    return Box(
        name=name,
        file="a.py",
        line=1,
        layer="your code",
        depth=depth,
        begin=0.0,
        width=width,
        breakdown={"copy": 0.75, "waiting": 0.25},
        parent=depth - 1,
    )


def names(*boxes: Box) -> list[str]:
    figure = icicle(boxes, "title")
    return [text.get_text() for text in figure.axes[0].texts]


def test_names_are_shown_where_there_is_room_and_cut_where_there_is_little() -> None:
    assert names(box("loop")) == ["loop"]
    assert names(box("a_long_name_of_a_function", width=0.1)) == ["a_long_name…"]
    assert names(box("loop", width=0.01)) == []


def test_a_dollar_in_a_name_is_no_formula() -> None:
    assert names(box("$x$")) == [r"\$x\$"]


def test_strips_are_as_wide_as_the_kinds_of_work() -> None:
    patches = icicle([box("loop", width=0.4)], "t").axes[0].patches
    widths = [patch.get_width() for patch in patches]  # type: ignore[attr-defined]
    assert widths == pytest.approx([0.4, 0.3, 0.1])


def test_a_deep_stack_ends_at_the_picture_s_edge_and_none_is_a_picture_too() -> None:
    deep = [box(f"f{depth}", depth) for depth in range(40)]
    assert len(names(*deep)) == 24
    figure = icicle([], "nothing ran")
    assert [text.get_text() for text in figure.texts] == ["nothing ran"]
    assert not figure.legends
