"""What is known about a run fills the view of the page."""

from profiler_suite.report.content.headline import headline
from profiler_suite.report.html.fill import build
from tests.report.known import known, with_points


def test_every_point_has_a_row_with_a_cell_for_each_column() -> None:
    found = build(known(), (), ())
    assert len(found.points) == len(known().points)
    assert {len(row.cells) for row in found.points} == {len(found.columns)}


def test_the_page_begins_with_the_headline() -> None:
    assert headline(known()) in str(build(known(), (), ()))


def test_of_no_points_there_are_no_rows() -> None:
    found = build(with_points(known().points.head(0)), (), ())
    assert not found.points
