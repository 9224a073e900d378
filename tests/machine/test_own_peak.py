"""The processor's own peak: a range from its clock, its vectors and its units."""

import msgspec
import pytest

from profiler_suite.machine.own_peak import clock_hz, own_peak
from profiler_suite.model.machine import Machine
from tests.fake_machine import MACHINE


def machine(cpu: str, vector_bytes: int, step_s: float) -> Machine:
    facts = msgspec.structs.replace(MACHINE.facts, cpu=cpu, vector_bytes=vector_bytes)
    return msgspec.structs.replace(MACHINE, facts=facts, chain_step_s=step_s)


def test_a_step_is_three_or_four_cycles_and_of_amd_s_processors_three() -> None:
    assert clock_hz(machine("AMD EPYC", 32, 1e-9)) == pytest.approx((3e9, 3e9))
    assert clock_hz(machine("Intel(R) Xeon(R)", 64, 1e-9)) == pytest.approx((3e9, 4e9))
    assert clock_hz(machine("Intel(R) Xeon(R)", 64, 0.0)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("cpu", "size", "dtype", "low", "high"),
    [
        ("AMD EPYC", 32, "float64", 48e9, 48e9),  # 3 GHz, four lanes, two units
        ("AMD EPYC", 32, "float32", 96e9, 96e9),
        ("Intel(R) Xeon(R)", 64, "float64", 48e9, 128e9),
        ("ARM", 16, "float64", 40e9, 64e9),  # never below what products reach
    ],
)
def test_it_is_clock_times_lanes_times_units(
    cpu: str, size: int, dtype: str, low: float, high: float
) -> None:
    found = own_peak(machine(cpu, size, 1e-9), dtype)
    assert found is not None
    assert found == pytest.approx((low, high))


def test_two_threads_may_share_a_core() -> None:
    one = own_peak(machine("AMD EPYC", 32, 0.5e-9), "float64")
    two = own_peak(machine("AMD EPYC", 32, 0.5e-9), "float64", threads=2)
    assert one is not None
    assert two is not None
    assert two.low == one.low
    assert two.high == 2 * one.high


@pytest.mark.parametrize(
    ("size", "step_s", "dtype"),
    [(0, 1e-9, "float64"), (32, 0.0, "float64"), (32, 1e-9, "int64"), (32, 1e-6, "float64")],
)
def test_what_is_not_known_or_cannot_be_is_not_estimated(
    size: int, step_s: float, dtype: str
) -> None:
    """Of a chain that was slow all the time nothing is said: the peak would lie too low."""
    assert own_peak(machine("AMD EPYC", size, step_s), dtype) is None
