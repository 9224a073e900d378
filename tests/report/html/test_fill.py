"""What is known about a run fills the view of the page."""

from pathlib import Path

from profiler_suite.analysis.run.load import load
from profiler_suite.report.content import run_facts
from profiler_suite.report.content.headline import headline
from profiler_suite.report.html.fill import build
from tests.report.known import known, with_points
from tests.stored_run import unpack


def test_every_point_has_a_row_with_a_cell_for_each_column() -> None:
    found = build(known(), (), ())
    assert len(found.points) == len(known().points)
    assert {len(row.cells) for row in found.points} == {len(found.columns)}


def test_the_page_begins_with_the_headline() -> None:
    assert headline(known()) in str(build(known(), (), ()))


def test_of_no_points_there_are_no_rows() -> None:
    found = build(with_points(known().points.head(0)), (), ())
    assert not found.points


def test_what_waits_for_memory_is_called_alike_on_the_card_and_between_them(
    tmp_path: Path,
) -> None:
    found = build(run_facts.ask(load(unpack(tmp_path / "run"))), (), ())
    between = found.ratio.why if found.ratio else ""
    works = [item.name for card in found.cards for item in card.facts if "time in" in item.name]
    assert works == ["time in arithmetic", "time in arithmetic and its data"]
    assert all(f" of its time on {each.removeprefix('time in ')}" in between for each in works)
    assert between.endswith("on arithmetic and its data.")
