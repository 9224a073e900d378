"""Runs that differ in their threads alone can be compared."""

from pathlib import Path

import msgspec

from profiler_suite.analysis.compare import runs
from profiler_suite.analysis.compare.other_threads import matched
from profiler_suite.analysis.run.load import load
from profiler_suite.model.experiment import Point
from tests.fake_folder import made_points, write_run


def with_threads(threads: int, points: tuple[Point, ...] | None = None) -> tuple[Point, ...]:
    return tuple(
        msgspec.structs.replace(p, id=p.id.replace("/t1", f"/t{threads}"), threads=threads)
        for p in points or made_points()
    )


def test_their_points_are_matched_and_the_threads_named(tmp_path: Path) -> None:
    one = load(write_run(tmp_path / "one", seed=1))
    two = load(write_run(tmp_path / "two", lambda p: 2.0, points=with_threads(2), seed=2))
    first, second = matched(one, two)
    assert second is two
    found = runs.compare(first, second)
    assert len(found.changes) == len(made_points())
    assert {round(change.ratio, 1) for change in found.changes} == {2.0}
    said = {d.name: (d.before, d.after) for d in found.differences}
    assert said["threads of points"] == ("1", "2")


def test_runs_with_points_in_common_stay_as_they_are(tmp_path: Path) -> None:
    one = load(write_run(tmp_path / "one", seed=1))
    both = made_points() + with_threads(2)
    two = load(write_run(tmp_path / "two", points=both, seed=2))
    assert matched(one, two) == (one, two)


def test_other_experiments_are_not_matched(tmp_path: Path) -> None:
    one = load(write_run(tmp_path / "one", seed=1))
    others = tuple(msgspec.structs.replace(p, id=f"other/{p.id}") for p in with_threads(2))
    two = load(write_run(tmp_path / "two", points=others, seed=2))
    assert matched(one, two) == (one, two)
