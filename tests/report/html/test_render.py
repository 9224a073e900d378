"""The page: one file, every text from outside escaped."""

import dataclasses
import re

from profiler_suite.report.html.fill import build
from profiler_suite.report.html.render import render
from profiler_suite.report.html.view import PageView
from tests.fake_run import HOSTILE
from tests.report.known import known


def page() -> PageView:
    return build(known(), (), ())


def test_hostile_names_are_text() -> None:
    text = render(page())
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)" in text


def test_the_page_needs_nothing_from_outside() -> None:
    text = render(page())
    assert re.findall(r'<link[^>]*href="(?!data:)', text) == []
    assert re.findall(r'src="(?!data:)', text) == []
    assert text.lstrip().lower().startswith("<!doctype html>")


def test_columns_of_numbers_are_told_by_their_place() -> None:
    numeric = [n for n, column in enumerate(page().columns, 1) if column.numeric]
    text = render(page())
    assert f"#points td:nth-child({numeric[0]})" in text


def test_a_page_without_points_is_a_page() -> None:
    assert "</html>" in render(dataclasses.replace(page(), points=()))
