"""The run as Markdown."""

import dataclasses

from profiler_suite.report.content.headline import headline
from profiler_suite.report.formats.markdown import text
from profiler_suite.report.formats.summary import markdown
from tests.report.known import known, with_points


def test_it_begins_with_the_headline_and_ends_with_where_the_rest_is() -> None:
    found = markdown(known(), ())
    assert found.startswith(f"# {text(headline(known()))}\n\n")
    assert found.endswith("the whole report: `report.html`.\n")


def test_hostile_names_are_text() -> None:
    assert "<script>" not in markdown(known(), ())


def test_findings_are_numbered_and_warnings_are_quoted() -> None:
    found = markdown(dataclasses.replace(known(), findings=("a", "b"), warnings=("w",)), ())
    assert "## Findings\n\n1. a\n2. b\n" in found
    assert "\n> - w\n" in found


def test_sections_without_anything_are_left_out() -> None:
    bare = dataclasses.replace(
        with_points(known().points.head(0)), answer=None, findings=(), warnings=()
    )
    found = markdown(bare, ())
    assert "##" not in found
    assert "0 points measured" in found


def test_the_fastest_of_each_problem_is_named_where_several_compete() -> None:
    points = known().points
    one = points[points["id"].eq(points["id"].iloc[0])]
    assert "## Fastest of each problem" in markdown(known(), ())
    assert "## Fastest of each problem" not in markdown(with_points(one), ())
