"""One coarse survey of the real machine: only ratios, with wide margins."""

from pathlib import Path

import pytest

from profiler_suite.machine.kept import CACHE_VARIABLE
from profiler_suite.machine.lookup import call_cost_or_none
from profiler_suite.machine.survey import survey
from profiler_suite.model.machine import Ceiling, Machine

pytestmark = [pytest.mark.slow, pytest.mark.measures]


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


def ceilings(machine: Machine, quantity: str) -> list[Ceiling]:
    """What was measured of that quantity on one thread."""
    found = [c for c in machine.ceilings if c.quantity == quantity and c.threads == 1]
    return [ceiling for ceiling in found if ceiling.value]


def test_float32_is_faster_than_float64(machine: Machine) -> None:
    """Twice as many fit into a register; what interferes widens the interval of each."""
    peaks = {ceiling.dtype: ceiling for ceiling in ceilings(machine, "peak")}
    single, double = peaks["float32"], peaks["float64"]
    assert single.high > 1.2 * double.low
    assert single.low < 4 * double.high


def test_nearer_levels_are_faster(machine: Machine) -> None:
    reads = {c.level: c for c in ceilings(machine, "bandwidth") if c.access == "read"}
    nearest = min(level for level in reads if level != "memory")
    assert reads[nearest].high > 1.2 * reads["memory"].low


def test_calls_have_fixed_costs(machine: Machine) -> None:
    assert machine.call_costs
    for cost in machine.call_costs:
        assert cost.fixed_low_s <= cost.fixed_s <= cost.fixed_high_s
        assert cost.fixed_high_s > 0
    total = call_cost_or_none(machine, "np.sum", "strided")
    view = call_cost_or_none(machine, "slice")
    product = call_cost_or_none(machine, "np.matmul", dtype="float64")
    assert total is not None
    assert view is not None
    assert product is not None
    assert total.fixed_high_s > view.fixed_low_s
    assert product.rate_per_s > 0


def test_the_second_survey_comes_from_the_cache(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from profiler_suite.machine.kept import keep_machine

    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert keep_machine(machine)
    assert survey(coarse=True).measured_at == machine.measured_at
