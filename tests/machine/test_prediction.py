"""Predicted times add up what is known, to the exact number."""

import msgspec
import pytest

from profiler_suite.machine.prediction import (
    arithmetic_rate,
    fresh_memory_s,
    overhead_s,
    predict_s,
)
from profiler_suite.model.experiment import Cost
from tests.fake_machine import MACHINE, ceiling


def test_calls_steps_arithmetic_and_bytes_are_added() -> None:
    cost = Cost(flop=40e9, compulsory_bytes=20e9, calls=1e6, scalar_steps=1e7)
    # 1e6 calls × 1 µs + 1e7 steps × 0.1 µs + 40 GFLOP / 40 GFLOP/s + 20 GB / 20 GB/s
    assert predict_s(cost, MACHINE, "float64", 1) == pytest.approx(1 + 1 + 1 + 1)


def test_executed_operations_count_when_stated() -> None:
    cost = Cost(flop=1.0, executed_flop=80e9, compulsory_bytes=1.0)
    assert predict_s(cost, MACHINE, "float64", 1) == pytest.approx(2.0)


def test_more_threads_use_their_own_peak() -> None:
    cost = Cost(flop=80e9, compulsory_bytes=1.0)
    assert predict_s(cost, MACHINE, "float64", 2) == pytest.approx(1.0)


def test_arithmetic_done_by_bytecode_is_in_the_steps() -> None:
    cost = Cost(flop=1e9, compulsory_bytes=1.0, scalar_steps=1e6, rate="python")
    assert predict_s(cost, MACHINE, "float64", 1) == pytest.approx(0.1)
    assert arithmetic_rate("ufunc", MACHINE, "float64", 1) == 1e9


def test_an_unknown_machine_predicts_nothing() -> None:
    empty = msgspec.structs.replace(MACHINE, ceilings=(), call_costs=())
    cost = Cost(flop=1e9, compulsory_bytes=1e9, calls=10, workspace_bytes=1e9)
    assert predict_s(cost, empty, "float64", 1) == 0.0
    assert overhead_s(cost, empty) == 0.0


def test_overhead_is_what_calls_and_steps_take_at_least() -> None:
    cost = Cost(flop=1e9, compulsory_bytes=1e9, calls=1000, scalar_steps=1000)
    assert overhead_s(cost, MACHINE) == pytest.approx(1e-3 + 1e-4)


def test_fresh_memory_costs_faults() -> None:
    machine = msgspec.structs.replace(
        MACHINE, ceilings=(ceiling("page_fault", 1e-6), ceiling("allocation", 64e-3))
    )
    assert fresh_memory_s(64 * 2**10, machine) == 0.0
    assert fresh_memory_s(2 * 2**20, machine) == pytest.approx(512e-6 / 2)
    assert fresh_memory_s(16 * 2**20, machine) == pytest.approx(16e-3 / 2)
    assert fresh_memory_s(128 * 2**20, machine) == pytest.approx(128e-3)
