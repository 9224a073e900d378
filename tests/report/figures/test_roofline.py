"""The rooflines of a run."""

from profiler_suite.report.figures import roofline
from tests.report.figures.experiments import failed
from tests.report.known import known, with_points


def test_each_setting_with_points_enough_has_a_roofline_named_before_it_is_drawn() -> None:
    names = [each.name for each in roofline.rooflines(known()) if each is not None]
    assert names[0] == "roofline_float64_t1"
    assert names[-1] == "roofline_flop_per_call"
    assert set(names) <= roofline._names(known().run.provenance)
    assert len(set(names)) == len(names)


def test_without_a_time_there_is_none() -> None:
    assert list(roofline.rooflines(with_points(failed()))) == []
