"""Baselines of canaries, and who needs which."""

from profiler_suite.machine import canary
from profiler_suite.model.rows import Visit


def visit(**canaries_s: tuple[float, float]) -> Visit:
    return Visit(
        point="p", at_s=0.0, sample_times_s=(1e-6,), canaries_s=canaries_s, minor_faults=0
    )


def test_own_baselines_are_of_each_canary_over_all_visits() -> None:
    visits = [visit(ufunc=(2.0, 3.0)), visit(ufunc=(1.0, 4.0), memory=(7.0, 6.0))]
    assert canary.own_baselines(visits) == {"ufunc": 1.0, "memory": 6.0}
    assert canary.own_baselines([]) == {}


def test_memory_is_watched_beyond_a_part_of_the_last_cache_and_never_where_none_is_known() -> (
    None
):
    assert not canary.needs_memory(2**20, 8 * 2**20)
    assert canary.needs_memory(3 * 2**20, 8 * 2**20)
    assert not canary.needs_memory(2**30, 0)
