"""A point is done when its interval is narrow, or when more visits do not make it so."""

import msgspec
import pytest

from profiler_suite.measure.planning.schedule import DEFAULT, FULL, Schedule
from profiler_suite.measure.sweep.ending import Ending
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import Visit

NAME = "point"


def estimate(visits: int, half_width: float, undisturbed: int = -1) -> Estimate:
    return Estimate(
        time_s=1.0,
        low_s=1 - half_width,
        high_s=1 + half_width,
        minimum_s=0.9,
        raw_median_s=1.0,
        p95_s=1.1,
        visits=visits,
        undisturbed_visits=visits if undisturbed < 0 else undisturbed,
        switched_out=0.0,
        flags=(),
    )


def visits(count: int, span_s: float = 60.0) -> list[Visit]:
    return [
        Visit(
            point=NAME,
            at_s=span_s * number / max(1, count - 1),
            sample_times_s=(1.0,),
            canaries_s={},
            minor_faults=0.0,
        )
        for number in range(count)
    ]


def ending(schedule: Schedule = DEFAULT, *, large: bool = False) -> Ending:
    return Ending(schedule, frozenset({NAME} if large else ()))


def test_a_narrow_interval_is_enough() -> None:
    assert ending().is_done(NAME, estimate(6, 0.9 * DEFAULT.half_width))
    assert not ending().is_done(NAME, estimate(6, 1.1 * DEFAULT.half_width))


@pytest.mark.parametrize(
    ("large", "schedule", "fewest"),
    [(False, DEFAULT, 6), (True, DEFAULT, 10), (False, FULL, 10), (True, FULL, 10)],
)
def test_few_visits_are_not_enough_however_well_they_agree(
    large: bool, schedule: Schedule, fewest: int
) -> None:
    rule = ending(schedule, large=large)
    assert not rule.is_to_look_at(NAME, visits(fewest - 1))
    assert rule.is_to_look_at(NAME, visits(fewest))


def test_visits_of_a_short_time_are_not_enough() -> None:
    assert not ending().is_to_look_at(NAME, visits(50, span_s=0.8 * DEFAULT.span_s))


@pytest.mark.parametrize(
    ("large", "undisturbed", "schedule", "done"),
    [
        (True, 10, DEFAULT, True),
        (True, 9, DEFAULT, False),
        (True, 10, FULL, False),
        (False, 10, DEFAULT, False),
    ],
)
def test_a_wide_interval_beyond_the_caches_is_not_waited_for(
    large: bool, undisturbed: int, schedule: Schedule, done: bool
) -> None:
    """It ends at the median of the undisturbed visits, which more of them do not move."""
    rule = ending(schedule, large=large)
    assert rule.is_done(NAME, estimate(12, 0.1, undisturbed)) is done


def test_it_is_looked_at_again_when_it_may_be_narrow_enough() -> None:
    rule = ending()
    assert not rule.is_done(NAME, estimate(10, 1.5 * DEFAULT.half_width))
    assert not rule.is_to_look_at(NAME, visits(13))
    assert rule.is_to_look_at(NAME, visits(14))  # 10 × (0.8 × 1.5)²
    assert not rule.is_done(NAME, estimate(20, 100.0))
    assert rule.is_to_look_at(NAME, visits(28))  # never put off for long


@pytest.mark.parametrize(
    ("schedule", "narrower", "done"),
    [(DEFAULT, 0.95, True), (DEFAULT, 0.7, False), (FULL, 0.95, False)],
)
def test_a_point_whose_interval_does_not_narrow_is_given_up(
    schedule: Schedule, narrower: float, done: bool
) -> None:
    rule = ending(schedule)
    assert not rule.is_done(NAME, estimate(12, 0.3))
    assert not rule.is_done(NAME, estimate(20, 0.3))  # less than twice as many
    assert rule.is_done(NAME, estimate(24, 0.3 * narrower)) is done


def test_without_a_width_that_is_aimed_at_nothing_is_looked_at() -> None:
    endless = msgspec.structs.replace(DEFAULT, half_width=0.0)
    assert not ending(endless).is_to_look_at(NAME, visits(100))
