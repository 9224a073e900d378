"""What the report asks of the analysis, asked once."""

import dataclasses

import msgspec

from profiler_suite.analysis.run.measured_points import timed
from profiler_suite.report.content.run_facts import ask
from tests.fake_run import make_run
from tests.report.known import known


def test_rows_are_numbered_from_nothing_on() -> None:
    run = make_run()
    shuffled = dataclasses.replace(run, points=run.points.sample(frac=1, random_state=1))
    assert list(ask(shuffled).points.index) == list(range(len(run.points)))


def test_each_dtype_and_thread_count_has_its_roofs() -> None:
    found = known()
    settings = set(zip(found.points["dtype"], found.points["threads"], strict=True))
    assert set(found.roofs) == settings
    assert all(found.roofs.values())


def test_each_implementation_has_a_mark_and_names_with_points_only() -> None:
    found = known()
    assert set(found.marks) == set(found.points["implementation"])


def test_without_points_nothing_is_concluded() -> None:
    run = make_run()
    origin = msgspec.structs.replace(run.provenance, points=(), experiments=())
    found = ask(dataclasses.replace(run, provenance=origin, points=run.points.head(0)))
    assert (found.answer, found.findings, found.roofs, found.marks) == (None, (), {}, {})
    assert timed(found.points).empty
