"""Shares are brought from one state of the machine to another, each part as it follows."""

import msgspec
import pytest

from profiler_suite.analysis.one_state import in_state, slower
from tests.analysis.test_time_breakdown import breakdown_record, samples

FOLLOWS = {"calls": 0.75, "arithmetic": 0.15}


@pytest.mark.parametrize("slowdown", [0.6, 1.0, 1.4, 2.0])
def test_what_a_slowdown_does_to_shares_is_undone(slowdown: float) -> None:
    true = {"calls": 0.5, "arithmetic": 0.4}  # and a tenth that waits
    taken = {name: share * slowdown ** FOLLOWS[name] for name, share in true.items()}
    longer = sum(taken.values()) + 0.1
    seen = {name: part / longer for name, part in taken.items()}
    found = in_state(seen, FOLLOWS, longer)
    assert found == pytest.approx(true, abs=1e-4)


def test_more_than_code_can_follow_leaves_shares_that_add_up() -> None:
    found = in_state({"calls": 0.1, "arithmetic": 0.1}, FOLLOWS, 3.0)
    assert all(0 <= share <= 1 for share in found.values())
    assert sum(found.values()) <= 1


@pytest.mark.parametrize(
    ("cpu_s", "found"), [(1.8, 1.8), (0.6, 0.6), (1.03, 1.0), (9.0, 1.0), (0.0, 1.0)]
)
def test_a_pass_is_slower_by_its_time_on_a_core(cpu_s: float, found: float) -> None:
    taken = msgspec.structs.replace(samples(interpreter=5, ufunc=5), cpu_s=cpu_s)
    assert slower(breakdown_record(native=taken)) == pytest.approx(found)
    assert slower(breakdown_record(native=None)) == 1.0
