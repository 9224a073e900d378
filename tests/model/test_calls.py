"""What the facts of one call say: times with one thing changed, shares of its samples."""

from typing import Any

import pytest

from profiler_suite.model.calls import CallFacts, ChangedCall
from profiler_suite.model.native import NativeWeight


def facts(**fields: Any) -> CallFacts:
    given: dict[str, Any] = {
        "name": "np.add",
        "via": "",
        "file": "a.py",
        "line": 3,
        "calls": 1,
        "time_s": 5e-6,
        "fixed_s": 1e-6,
        "minor_faults": 0.0,
        "fault_s": 0.0,
        "kind": "ufunc",
        "flop": 1000.0,
        "traffic_bytes": 24000.0,
        "line_bytes": 24000.0,
        "routine": "",
        "library": "",
        "simd": "",
        "weights": (),
        "samples": 0,
        "operands": (),
        "casts": (),
        "buffered": False,
        "timings": (),
        "loads": 0.0,
        "jumps": 0.0,
        "target_bytes": 0.0,
        "chain_s": 0.0,
        "scattered_s": 0.0,
    }
    return CallFacts(**(given | fields))


def changed(change: str, time_s: float) -> ChangedCall:
    return ChangedCall(change=change, time_s=time_s, spread_s=0.0)


def test_a_change_that_was_timed_has_its_own_time() -> None:
    found = facts(timings=(changed("as it is", 4e-6), changed("contiguous", 1e-6)))
    assert found.seconds("contiguous") == 1e-6


def test_a_change_that_was_not_tried_takes_the_time_of_the_call_from_the_same_rounds() -> None:
    assert facts(timings=(changed("as it is", 4e-6),)).seconds("in order") == 4e-6


def test_without_any_round_the_time_of_the_call_itself_stands_for_all() -> None:
    assert facts().seconds("cached") == 5e-6


@pytest.mark.parametrize(
    ("entries", "share"),
    [(("copy",), 0.3), (("copy", "blas"), 0.8), (("interpreter",), 0.0), ((), 0.0)],
)
def test_shares_of_samples_add_up_over_entries(entries: tuple[str, ...], share: float) -> None:
    weights = tuple(
        NativeWeight(entry=entry, library="lib", symbol=symbol, samples=samples)
        for entry, symbol, samples in (("copy", "a", 2), ("copy", "b", 1), ("blas", "c", 5))
    )
    assert facts(weights=weights, samples=10).share(*entries) == pytest.approx(share)


def test_without_samples_no_entry_has_a_share() -> None:
    assert facts().share("copy") == 0.0
