"""One coarse survey of the real machine: only ratios, with wide margins."""

from pathlib import Path

import pytest

from profiler_suite.machine.kept import CACHE_VARIABLE
from profiler_suite.machine.lookup import find
from profiler_suite.machine.survey import survey
from profiler_suite.model.machine import Machine

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        return survey(coarse=True)


def test_every_ceiling_is_measured_or_says_why(machine: Machine) -> None:
    assert machine.coarse
    for ceiling in machine.ceilings:
        assert ceiling.value > 0 or ceiling.warning.startswith("not measured")
        if ceiling.value:
            assert ceiling.low <= ceiling.median <= ceiling.high


def test_float32_is_faster_than_float64(machine: Machine) -> None:
    ratio = machine.peak_flop_per_s("float32") / machine.peak_flop_per_s("float64")
    assert 1.2 < ratio < 4


def test_nearer_levels_are_faster(machine: Machine) -> None:
    levels = [f"L{cache.level}" for cache in machine.facts.caches]
    nearest, farthest = machine.bandwidth(levels[0]), machine.bandwidth("memory")
    assert nearest > 1.2 * farthest


def test_calls_have_fixed_costs(machine: Machine) -> None:
    assert all(cost.fixed_s > 0 for cost in machine.call_costs)
    assert find(machine, "np.sum", "strided").fixed_s > find(machine, "slice").fixed_s
    assert find(machine, "np.matmul", dtype="float64").rate_per_s > 1e9


def test_the_second_survey_comes_from_the_cache(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiler_suite.machine.kept import keep_machine

    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert keep_machine(machine)
    assert survey(coarse=True).measured_at == machine.measured_at
