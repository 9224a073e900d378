"""The time for looking into calls is shared by what they take of the function's."""

import pytest

from profiler_suite.measure.inside.facts import LookEffort, shared

EFFORT = LookEffort(sample_s=0.15, rounds_s=0.15, most_calls=8, all_s=0.8)


@pytest.mark.parametrize(
    "times_s", [(1.0,), (3.0, 2.0, 1.0), (1.0,) * 8, (100.0, *(1.0,) * 7), (5e-6, 1e-9)]
)
def test_the_costliest_get_most_of_it_and_each_gets_enough(times_s: tuple[float, ...]) -> None:
    parts = shared(EFFORT, times_s)
    assert len(parts) == len(times_s)
    given = [each.sample_s for each in parts]
    assert given == sorted(given, reverse=True)
    assert all(0.05 <= each <= 0.15 for each in given)
    assert [each.rounds_s for each in parts] == given
    assert sum(given) <= 0.4 + 0.05 * len(times_s)


def test_without_a_limit_each_has_its_own() -> None:
    alone = LookEffort(sample_s=0.15, rounds_s=0.1, all_s=0.0)
    assert shared(alone, (2.0, 1.0)) == [alone, alone]
    assert shared(EFFORT, ()) == []
