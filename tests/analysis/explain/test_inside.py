"""What a call's time goes for follows from what changing one thing spares."""

from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.explain import inside
from profiler_suite.model.calls import CallFacts, ChangedCall, OperandAccess
from profiler_suite.model.native import NativeWeight
from tests.fake_machine import MACHINE

CALL_S = 1e-3
DDOT = (NativeWeight(entry="blas", library="openblas", symbol="ddot_k", samples=99),)
CONVERTS = {
    "casts": ("int32 → float64",),
    "weights": (NativeWeight(entry="copy", library="u", symbol="_cast_int", samples=80),),
}


def operand(**changes: Any) -> OperandAccess:
    plain = OperandAccess(
        shape=(1000,), dtype="<f8", layout="contiguous", stride_bytes=8, used_bytes=64.0
    )
    return msgspec.structs.replace(plain, **changes)


def facts(changes: dict[str, float] | None = None, **fields: Any) -> CallFacts:
    timings = {"as it is": CALL_S, **(changes or {})}
    plain = CallFacts(
        name="np.add",
        via="",
        file="a.py",
        line=3,
        calls=2,
        kind="ufunc",
        time_s=CALL_S,
        fixed_s=0.0,
        minor_faults=0.0,
        fault_s=0.0,
        flop=1000.0,
        traffic_bytes=24_000.0,
        line_bytes=24_000.0,
        routine="DOUBLE_add_X86_V3",
        library="umath.so",
        simd="AVX2",
        weights=(NativeWeight(entry="ufunc", library="u", symbol="DOUBLE_add", samples=90),),
        samples=100,
        operands=(operand(),),
        casts=(),
        buffered=False,
        timings=tuple(
            ChangedCall(change=name, time_s=s, spread_s=0.0) for name, s in timings.items()
        ),
        loads=0.0,
        jumps=0.0,
        target_bytes=0.0,
        chain_s=0.0,
        scattered_s=0.0,
    )
    return msgspec.structs.replace(plain, **fields)


def scattered(**fields: Any) -> dict[str, Any]:
    return {"loads": 1e4, "jumps": 1.0, "target_bytes": 1e8, "chain_s": 1e-7, **fields}


@pytest.mark.parametrize(
    ("changes", "fields", "cause", "word"),
    [
        ({"cached": 1e-4}, scattered(kind="index"), inside.LATENCY, "latency-bound"),
        ({"in order": 1e-4}, scattered(kind="sort"), inside.LATENCY, "latency-bound"),
        ({"contiguous": 1e-4}, {}, inside.STRIDE, "stride-bound"),
        ({"contiguous": 1e-4}, {"kind": "product"}, inside.OWN_COPY, "copies its operands"),
        (
            {"contiguous": 1e-4},
            {"kind": "product", "weights": DDOT},
            inside.STRIDE,
            "stride-bound",
        ),
        ({"same dtype": 1e-4}, {}, inside.CASTS, "cast-bound"),
        ({"same dtype": 9e-4}, {**CONVERTS, "buffered": True}, inside.CASTS, "cast-bound"),
        (
            {"ordinary values": 1e-4},
            {"values": "90 % subnormal"},
            inside.VALUES,
            "depends on its values",
        ),
        ({}, {"fixed_s": 9e-4}, inside.PER_CALL, "bound by per-call cost"),
        (
            {},
            {"minor_faults": 1000.0, "fault_s": 8e-7},
            inside.FAULTS,
            "bound by page faults",
        ),
        ({}, {}, inside.WORK, "bound by its inner loop"),
    ],
)
def test_the_largest_cause_gives_the_word(
    changes: dict[str, float], fields: dict[str, Any], cause: str, word: str
) -> None:
    found = inside.judged(facts(changes, **fields), 2 * CALL_S, MACHINE)
    assert next(iter(found.causes)) == cause
    assert found.causes[cause] >= 0.79
    assert sum(found.causes.values()) == pytest.approx(1.0)
    assert found.word == word
    assert found.share == pytest.approx(1.0)


def test_places_in_order_are_no_latency_however_much_caching_spares() -> None:
    found = inside.causes_of(facts({"cached": 1e-4}, **scattered(jumps=0.0), kind="index"))
    assert inside.LATENCY not in found


def test_misses_explain_no_more_than_so_many_loads_can_take() -> None:
    few = scattered(loads=100.0)  # 100 loads of 100 ns: 10 µs of a millisecond
    found = inside.causes_of(facts({"cached": 1e-4}, **few, kind="index"))
    assert found[inside.LATENCY] == pytest.approx(0.02)


def test_copies_of_a_call_without_conversion_are_no_casts() -> None:
    for fields in ({"buffered": False}, {"buffered": True, "casts": ()}):
        assert inside.CASTS not in inside.causes_of(facts(**(CONVERTS | fields)))


def test_what_is_spared_twice_is_counted_once() -> None:
    found = inside.causes_of(facts({"same dtype": 3e-4, "contiguous": 2e-4}))
    assert found[inside.CASTS] == pytest.approx(0.7)
    assert found[inside.STRIDE] == pytest.approx(0.3)


def test_roofs_bound_what_nothing_holds_up() -> None:
    compute = facts(flop=MACHINE.peak_flop_per_s("float64") * CALL_S / 2, kind="product")
    assert inside.judged(compute, CALL_S, MACHINE).word == "compute-bound"
    bandwidth = MACHINE.bandwidth("L1") or MACHINE.bandwidth("L2")
    memory = facts(line_bytes=bandwidth * CALL_S)
    assert inside.judged(memory, CALL_S, MACHINE).word.startswith("memory-bound")


def test_calls_that_take_longer_alone_are_no_more_than_all_of_the_time() -> None:
    calls = inside.inside_calls([facts(calls=1), facts(calls=1)], 1.2 * CALL_S, MACHINE)
    assert inside.time_by_cause(calls) == pytest.approx({inside.WORK: 1.0})


def test_one_line_says_it_all() -> None:
    call = facts(
        {"cached": 1e-4},
        **scattered(),
        kind="index",
        operands=(operand(layout="gathered", stride_bytes=0, used_bytes=8.0),),
        casts=("float32 → float64",),
    )
    text = inside.facts_in_words(inside.judged(call, CALL_S, MACHINE))
    for said in (
        "latency-bound",
        "90 % latency (10,000 loads from 95.4 MiB, 100 ns each",
        "DOUBLE_add_X86_V3, AVX2",
        "8 of 64 bytes of each cache line used",
        "converts float32 → float64",
        "1.00 kFLOP at",
        "in whole cache lines at",
    ):
        assert said in text
    assert "\n" not in text


def test_a_cause_that_takes_most_of_the_time_is_the_functions_bound() -> None:
    calls = inside.inside_calls([facts({"contiguous": 1e-4})], 2 * CALL_S, MACHINE)
    assert inside.bound_in_words(calls) == "stride-bound, 90 % of the time"
    assert inside.held_up(calls) == pytest.approx(0.9)
    assert len(inside.sentences(calls)) == 1
    plain = inside.inside_calls([facts()], 2 * CALL_S, MACHINE)
    assert inside.bound_in_words(plain) == ""
    assert inside.sentences(plain) == []
