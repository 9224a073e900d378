"""Checks of the clock, and of times whose truth is known."""

import msgspec
import pytest

from profiler_suite.analysis.run.history import History, history_of
from profiler_suite.analysis.selfcheck.times import clock, times
from profiler_suite.measure.clock import Clock
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.model.run import Check
from tests.fake_selfcheck import evidence


def with_clock(step_s: float, read_s: float, backwards: int) -> dict[str, Check]:
    facts = Clock(name="made up", step_s=step_s, read_s=read_s, backwards=backwards, reads=1234)
    seen = msgspec.structs.replace(evidence(pairs=1), clock=facts)
    return {each.name: each for each in clock(seen)}


def history(seen: SelfCheckEvidence) -> History:
    return history_of(seen.rows, 0, seen.kept_baselines_s)


def named(seen: SelfCheckEvidence) -> dict[str, Check]:
    return {each.name: each for each in times(seen, history(seen))}


def test_a_fine_clock_that_never_goes_back_is_right() -> None:
    found = with_clock(1e-9, 45e-9, 0)
    assert all(each.ok for each in found.values())
    assert {each.sample for each in found.values()} == {"1,234 reads"}
    assert not any(each.of_suite for each in found.values())  # the machine's, not ours


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ((1e-3, 45e-9, 0), {"smallest step"}),
        ((1e-9, 1e-3, 0), {"one reading"}),
        ((1e-9, 45e-9, 1), {"readings before the last"}),
        ((0.0, 0.0, 0), {"smallest step", "one reading"}),
    ],
)
def test_each_fault_of_a_clock_is_its_own(
    facts: tuple[float, float, int], wrong: set[str]
) -> None:
    assert {name for name, each in with_clock(*facts).items() if not each.ok} == wrong


def test_waits_nothing_and_equal_code_are_each_checked() -> None:
    found = named(evidence(pairs=6))
    assert found["an evaluation of nothing"].error == pytest.approx(40e-9, rel=0.05)
    waits = [each for name, each in found.items() if name.startswith("busy-wait")]
    assert len(waits) == 3
    assert all(each.ok and each.of_suite for each in waits)
    assert found["same code, 95 % within"].ok
    assert found["intervals off their middle"].of_suite


@pytest.mark.parametrize(("waits", "exact"), [(1.1, False), (0.9, True)])
def test_a_wait_of_another_length_is_an_error_of_its_sign(waits: float, exact: bool) -> None:
    long = named(evidence(pairs=1, waits=waits))["busy-wait of 2.00 ms"]
    assert long.error == pytest.approx(waits - 1, abs=0.01)
    assert not long.ok
    assert long.exact is exact
    assert long.undisturbed is None


def test_noise_widens_the_spread_of_equal_code() -> None:
    calm = named(evidence(pairs=8))["same code, 95 % within"].error
    assert named(evidence(pairs=8, noise=0.1))["same code, 95 % within"].error > 3 * calm


def test_what_was_not_visited_is_not_judged() -> None:
    seen = msgspec.structs.replace(evidence(pairs=1), rows=())
    assert times(seen, history(seen)) == []
