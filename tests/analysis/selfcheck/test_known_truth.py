"""Breakdowns, counts and lines of functions whose truth is known, right and off."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from profiler_suite.analysis.selfcheck import known_truth
from profiler_suite.measure.selfcheck import plan
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import BREAKDOWN
from profiler_suite.model.native import NativeSamples, NativeWeight
from profiler_suite.model.run import Check
from profiler_suite.registry import forget
from tests.fake_selfcheck import evidence


@pytest.fixture(scope="module", autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    forget(plan.KNOWN_TRUTH.resolve())


@pytest.fixture(scope="module")
def right() -> SelfCheckEvidence:
    return evidence(pairs=1, rounds=2)


def named(given: SelfCheckEvidence) -> dict[str, Check]:
    checks, _ = known_truth.checks(given)
    return {check.name: check for check in checks if check.group != "lines"}


def change(given: SelfCheckEvidence, name: str, **fields: Any) -> SelfCheckEvidence:
    """The same with other numbers in the breakdown of that function."""
    of_name = {point.id for point in given.points if point.implementation == name}
    records = tuple(
        msgspec.structs.replace(record, **fields) if record.point in of_name else record
        for record in given.breakdown_records
    )
    return msgspec.structs.replace(given, breakdown_records=records)


def test_what_is_right_passes_and_each_function_has_its_check(right: SelfCheckEvidence) -> None:
    found = named(right)
    assert all(check.ok for check in found.values())
    pure = {name for name in found if name.startswith("all ")}
    assert pure == {name.replace("only_", "all ").replace("_", " ") for name in BREAKDOWN}
    assert found["entries against sum"].exact
    assert found["entries against sum"].error == pytest.approx(0.0, abs=1e-9)


def test_without_samples_that_is_said_and_methods_are_not_compared(
    right: SelfCheckEvidence,
) -> None:
    _, missing = known_truth.checks(right)
    assert missing == [
        "No native samples here: the time breakdowns rest on replay alone.",
    ]
    assert "overhead: replay, samples" not in named(right)


@pytest.mark.parametrize("share", [0.5, 1.6])
def test_a_function_whose_time_is_not_of_its_kind_is_off(share: float) -> None:
    found = named(evidence(pairs=1, rounds=2, copy_share=share))["all copy"]
    assert not found.ok
    assert found.at_least
    assert found.error < found.limit == 0.8
    assert found.of_suite
    assert f"by replay {share:.0%}".replace("%", " %") in found.note


def test_page_faults_are_no_fault_of_the_suites(right: SelfCheckEvidence) -> None:
    found = named(change(right, "only_page_faults", minor_faults=0.0))["all page faults"]
    assert not found.ok
    assert not found.of_suite


def test_of_several_breakdowns_the_better_one_counts(right: SelfCheckEvidence) -> None:
    off = change(right, "only_copy", operations=())
    assert not named(off)["all copy"].ok
    both = msgspec.structs.replace(
        right, breakdown_records=(*off.breakdown_records, *right.breakdown_records)
    )
    assert named(both)["all copy"].ok


def test_a_wide_spread_is_in_favour_of_the_suite() -> None:
    off = evidence(pairs=1, rounds=2, copy_share=0.78)
    (operation,) = next(
        record.operations for record in off.breakdown_records if "only_copy" in record.point
    )
    assert not named(off)["all copy"].ok
    unsure = msgspec.structs.replace(operation, full_spread_s=2e-4)
    found = named(change(off, "only_copy", operations=(unsure,), rounds=4))["all copy"]
    assert found.ok
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.error < found.high


def test_a_function_without_a_breakdown_is_missing(right: SelfCheckEvidence) -> None:
    without = msgspec.structs.replace(
        right,
        breakdown_records=tuple(
            record for record in right.breakdown_records if "only_copy" not in record.point
        ),
    )
    checks, missing = known_truth.checks(without)
    assert missing[0] == "only_copy: no time breakdown could be made."
    assert "all copy" not in {check.name for check in checks}


def test_nothing_measured_is_all_missing(right: SelfCheckEvidence) -> None:
    nothing = msgspec.structs.replace(right, breakdown_records=(), lines=())
    checks, missing = known_truth.checks(nothing)
    assert checks == []
    assert len(missing) == len(BREAKDOWN)


def native(**samples: int) -> NativeSamples:
    count = sum(samples.values())
    weights = tuple(
        NativeWeight(entry=entry, library="l.so", symbol=entry, samples=number)
        for entry, number in samples.items()
    )
    return NativeSamples(
        frequency_hz=1000.0,
        wall_s=count / 1000,
        cpu_s=count / 1000,
        evaluations=count,
        samples=count,
        lost=0,
        unseen=0.0,
        threads=1,
        threads_refused=0,
        kernel_included=True,
        kernel_symbols=True,
        weights=weights,
    )


@pytest.mark.parametrize(("copied", "ok"), [(9700, True), (6000, False)])
def test_replay_and_samples_are_held_against_each_other(
    right: SelfCheckEvidence, copied: int, ok: bool
) -> None:
    samples = native(copy=copied, interpreter=10_000 - copied)
    seen = change(right, "only_copy", native=samples, native_undisturbed=True, unsampled="")
    checks, missing = known_truth.checks(seen)
    (found,) = [check for check in checks if check.name == "overhead: replay, samples"]
    assert missing == []
    assert found.ok is ok
    assert found.note == ("" if ok else "only_copy")
    assert found.error == pytest.approx(0.97 - copied / 1e4, abs=1e-9)
    (pure,) = [check for check in checks if check.name == "all copy"]
    assert pure.ok is ok  # either method alone could hide what the other one sees
    assert "by samples" in pure.note


@pytest.mark.parametrize(("miscount", "ok"), [(0.0, True), (1.0, False)])
def test_one_operation_too_many_is_seen(miscount: float, ok: bool) -> None:
    found = named(evidence(pairs=1, rounds=2, miscount=miscount))
    flop = found["FLOP against formulas"]
    assert flop.ok is ok
    assert flop.exact
    assert flop.sample == f"{len(BREAKDOWN) + len(plan.COUNTS)} functions"
    assert ("counts_reduction" in flop.note) is not ok
    assert found["bytes against formulas"].ok


@pytest.mark.parametrize(
    ("three", "share", "ok"), [(3.0, 0.75, True), (2.0, 2 / 3, False), (9.0, 0.9, False)]
)
def test_the_heavier_line_has_three_quarters(three: float, share: float, ok: bool) -> None:
    checks, _ = known_truth.checks(evidence(pairs=1, rounds=2, three=three))
    lines = [check for check in checks if check.name.startswith("75 % line")]
    assert len(lines) == len(plan.LINES)
    for check in lines:
        assert check.name == "75 % line, slowed 2.00×"
        assert check.error == pytest.approx(share - 0.75)
        assert check.ok is ok
        assert check.sample == "2,000 samples"
        assert "sampled; by line_profiler" in check.note


def test_lines_of_no_time_are_not_judged(right: SelfCheckEvidence) -> None:
    empty = tuple(msgspec.structs.replace(line, corrected_s=0.0) for line in right.lines)
    checks, _ = known_truth.checks(msgspec.structs.replace(right, lines=empty))
    assert not [check for check in checks if check.group == "lines"]


def test_the_model_is_held_against_what_line_profiler_added(right: SelfCheckEvidence) -> None:
    found = [c for c in known_truth.checks(right)[0] if c.name.startswith("model")]
    assert found == []  # less was added than one evaluation takes: too little to tell
    more = tuple(
        msgspec.structs.replace(line, added_s=20e-6, time_s=100 * 25e-6) for line in right.lines
    )
    checks, _ = known_truth.checks(msgspec.structs.replace(right, lines=more))
    model = [check for check in checks if check.name.startswith("model")]
    # Raw 2 × 25 µs less 10 µs plain are 40 µs; modelled are 2 × 20 µs.
    assert [check.error for check in model] == pytest.approx([0.0, 0.0])
    assert not any(check.of_suite for check in model)
