"""What is said of a traced operation in a table."""

import math
from typing import Any

import pytest

from profiler_suite.analysis.run.operation_columns import operation_columns
from profiler_suite.model.rows import OperationTime


def operation(**fields: Any) -> OperationTime:
    given: dict[str, Any] = {
        "name": "np.add",
        "kind": "ufunc",
        "via": "np.sum",
        "calls": 10,
        "flop": 100.0,
        "traffic_bytes": 800.0,
        "shapes": "float64 (10,)",
        "file": "<b>.py",
        "line": 3,
        "full_s": 5e-6,
        "fixed_s": 1e-6,
        "full_spread_s": 1e-7,
        "fixed_spread_s": 2e-7,
        "minor_faults": 2.0,
        "replayed": True,
        **fields,
    }
    return OperationTime(**given)


def test_times_are_of_one_call_and_the_total_of_all() -> None:
    found = operation_columns(operation(), fault_s=1e-6, plain_s=1e-4)
    assert found["call_s"] == 5e-6
    assert found["total_s"] == pytest.approx(5e-5)
    assert found["share"] == pytest.approx(0.5)
    assert found["growing_s"] == pytest.approx(2e-6)
    assert found["entry"] == "arithmetic"
    assert found["file"] == "<b>.py"


@pytest.mark.parametrize("kind", ["copy", "index"])
def test_what_moves_data_grows_as_copy(kind: str) -> None:
    assert operation_columns(operation(kind=kind), 0.0, 1.0)["entry"] == "copy"


def test_without_a_replay_there_are_counts_and_no_times() -> None:
    found = operation_columns(operation(replayed=False, full_s=0.0), 1e-6, 1e-4)
    timed = {"call_s", "fixed_s", "growing_s", "call_spread_s", "fixed_spread_s"}
    timed |= {"total_s", "share"}
    assert {name for name in found if found[name] != found[name]} == timed
    assert (found["calls"], found["flop"], found["minor_faults"]) == (10, 100.0, 2.0)


def test_without_a_plain_time_there_is_no_share() -> None:
    share = operation_columns(operation(), 0.0, 0.0)["share"]
    assert isinstance(share, float)
    assert math.isnan(share)


def test_values_that_matter_are_in_the_time_of_a_call() -> None:
    own = operation(own_s=20e-6)
    assert operation_columns(own, 0.0, 1.0)["call_s"] == 20e-6
    alike = operation(own_s=5.1e-6)
    assert operation_columns(alike, 0.0, 1.0)["call_s"] == 5e-6
