"""A drawn picture as the page's SVG."""

import re
from xml.etree import ElementTree

import pytest

from profiler_suite.report.drawing import chart, svg
from profiler_suite.report.drawing.chart import Picture
from profiler_suite.report.drawing.style import ROLES, Mark

MARK = Mark(ROLES["alarm"][0], ROLES["alarm"][0], "o", False, "-")


def picture(title: str = "title", name: str = "p") -> Picture:
    drawing, (ax,) = chart.picture(name, title, "caption")
    ax.set_xlim(0, 3)
    ax.set_ylim(0, 3)
    chart.draw_series(drawing, ax, "loop", MARK, chart.Series([1, 2], [1, 2], [5, 7]))
    return drawing


def inlined(drawing: Picture, titles: list[str] | None = None) -> str:
    return svg.inline(drawing, svg.draw(drawing), titles or [])


def test_marks_have_the_number_of_their_row_and_its_title() -> None:
    titles = [f"row {n}" for n in range(8)]
    text = inlined(picture(), titles)
    assert re.findall(r'data-p="(\d+)"', text) == ["5", "7"]
    assert "<title>row 5</title>" in text
    assert "<title>" not in inlined(picture())


def test_ids_are_the_picture_s_own_and_references_find_them() -> None:
    text = inlined(picture(name="mine"))
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    assert all(each.startswith("mine-") for each in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', text)) <= ids


def test_colours_are_the_page_s_variables() -> None:
    text = inlined(picture())
    assert "var(--" in text
    assert MARK.colour not in text


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "a & b", 'say "x"'])
def test_whatever_stands_in_a_title_the_document_is_well_formed(title: str) -> None:
    text = inlined(picture(title=title))
    assert ElementTree.fromstring(text).get("aria-label") == title
    assert "<script>" not in text


def test_drawing_twice_gives_the_same_document() -> None:
    def parts(text: str) -> str:
        return re.sub(r"p-[\w-]+", "id", text)

    assert parts(inlined(picture())) == parts(inlined(picture()))


@pytest.mark.filterwarnings("ignore:Glyph")
def test_characters_that_xml_has_no_place_for_are_drawn_as_question_marks() -> None:
    drawing, (ax,) = chart.picture("p", "title", "caption")
    chart.note(ax, 0.5, 0.5, "a\x01b\ufffe")
    drawn = svg.draw(drawing)
    ElementTree.fromstring(drawn)
    assert b"\x01" not in drawn
