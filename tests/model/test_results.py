"""Widths and shares of what the analysis derives."""

import pytest

from profiler_suite.model.results import DIFFERENT, Breakdown, BreakdownEntry, Estimate, Verdict


def estimate(time_s: float, low_s: float, high_s: float) -> Estimate:
    return Estimate(
        time_s=time_s,
        low_s=low_s,
        high_s=high_s,
        minimum_s=low_s,
        raw_median_s=time_s,
        p95_s=high_s,
        visits=5,
        undisturbed_visits=5,
    )


def test_half_the_interval_is_relative_to_the_time() -> None:
    assert estimate(2.0, 1.9, 2.3).half_width == pytest.approx(0.1)


def test_an_estimate_of_nothing_has_no_width() -> None:
    assert estimate(0.0, 0.0, 0.0).half_width == 0.0


def breakdown(time_s: float, *entries: tuple[str, float]) -> Breakdown:
    return Breakdown(
        point="p",
        time_s=time_s,
        entries=tuple(
            BreakdownEntry(name=name, time_s=part, low_s=part, high_s=part, method="replay")
            for name, part in entries
        ),
        replay=(),
        native=(),
        overhead_shares={},
        coverage=1.0,
        undisturbed=True,
        notes=(),
    )


@pytest.mark.parametrize(
    ("name", "share"), [("copy", 0.5), ("residual", -0.25), ("memory", 0.0), ("nothing", 0.0)]
)
def test_an_entry_has_its_share_of_the_time(name: str, share: float) -> None:
    found = breakdown(4.0, ("copy", 1.5), ("copy", 0.5), ("residual", -1.0))
    assert found.share(name) == share


def test_of_no_time_nothing_has_a_share() -> None:
    assert breakdown(0.0, ("copy", 0.0)).share("copy") == 0.0


def test_sides_differ_where_one_is_faster_or_slower() -> None:
    assert set(Verdict) - set(DIFFERENT) == {Verdict.SAME, Verdict.UNKNOWN}
