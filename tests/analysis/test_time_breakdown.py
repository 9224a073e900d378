"""The time breakdown: entries from made-up accounts with known answers; they always close."""

import msgspec
import pytest

from profiler_suite.analysis import time_breakdown
from profiler_suite.measure.native import rules
from profiler_suite.model.native import NativeSamples, NativeWeight
from profiler_suite.model.results import Breakdown
from profiler_suite.model.rows import PYTHON_NUMBERS, BreakdownRecord, OperationTime
from tests.fake_machine import MACHINE, ceiling

FAULT_S = 1e-6
PRICED = msgspec.structs.replace(
    MACHINE, ceilings=(*MACHINE.ceilings, ceiling("page_fault", FAULT_S))
)


def operation(kind: str, calls: int, full_s: float, fixed_s: float, faults: float = 0.0):  # type: ignore[no-untyped-def]
    return OperationTime(
        name=kind,
        kind=kind,
        via="",
        calls=calls,
        flop=1.0,
        traffic_bytes=1.0,
        shapes="",
        file="",
        line=0,
        full_s=full_s,
        fixed_s=fixed_s,
        full_spread_s=0.0,
        fixed_spread_s=0.0,
        minor_faults=faults,
        replayed=True,
    )


def samples(**shares: int) -> NativeSamples:
    return NativeSamples(
        frequency_hz=1000.0,
        wall_s=1.0,
        cpu_s=1.0,
        evaluations=1000,
        samples=sum(shares.values()),
        lost=0,
        unseen=0.0,
        threads=1,
        threads_refused=0,
        kernel_included=True,
        kernel_symbols=True,
        weights=tuple(
            NativeWeight(entry=entry, library="l", symbol="s", samples=n)
            for entry, n in shares.items()
        ),
    )


def breakdown_record(**fields: object) -> BreakdownRecord:
    """1 ms: 100 calls of 4 µs (3 fixed), a copy of 200 µs with 50 faults, the rest Python."""
    base: dict[str, object] = {
        "point": "p",
        "plain_s": 1e-3,
        "plain_spread_s": 0.0,
        "minor_faults": 50.0,
        "rounds": 10,
        "undisturbed_rounds": 10,
        "operations": (
            operation("ufunc", 100, 4e-6, 3e-6),
            operation("copy", 1, 200e-6, 1e-6, faults=50.0),
        ),
        "calls": 101,
        "flop": 1.0,
        "traffic_bytes": 1.0,
        "temporaries": 0,
        "temporary_bytes": 0,
        "coverage": 1.0,
        "uncovered": {},
        "native": samples(interpreter=40, dispatch=30, memory=5, copy=10, packing=5, ufunc=10),
    }
    return BreakdownRecord(**(base | fields))  # type: ignore[arg-type]


def breakdown(**fields: object) -> Breakdown:
    found = time_breakdown.breakdown(breakdown_record(**fields), PRICED)
    assert found is not None
    return found


def test_each_part_of_the_time_lands_in_its_entry() -> None:
    shares = {name: breakdown().share(name) for name in time_breakdown.ENTRIES}
    assert shares["dispatch"] == pytest.approx((100 * 3e-6 + 1e-6) / 1e-3)
    assert shares["memory"] == pytest.approx(50 * FAULT_S / 1e-3)
    assert shares["copy"] == pytest.approx((200e-6 - 1e-6 - 50e-6) / 1e-3)
    assert shares["arithmetic"] == pytest.approx(0.1)
    of_calls = 0.4 + 0.3 + (0.25 - 0.249)
    assert shares["interpreter"] == pytest.approx(of_calls - shares["dispatch"])
    assert shares["residual"] == pytest.approx(1 - of_calls - 0.05 - 0.149 - 0.1)


@pytest.mark.parametrize(("arithmetic", "of_calls"), [(2, 0.68), (10, 0.68), (16, 0.74)])
def test_what_an_inner_loop_takes_for_no_element_is_of_the_calls(
    arithmetic: int, of_calls: float
) -> None:
    """The replay has 10 % arithmetic: what samples see beyond it is in its fixed part."""
    found = breakdown(
        operations=(operation("ufunc", 100, 4e-6, 3e-6),),
        minor_faults=0.0,
        native=samples(interpreter=38, dispatch=30, ufunc=arithmetic, unknown=32 - arithmetic),
    )
    assert found.share("interpreter") + found.share("dispatch") == pytest.approx(of_calls)
    assert found.share("residual") == pytest.approx(1 - of_calls - 0.1)


def test_the_entries_sum_to_the_plain_time_exactly() -> None:
    for found in (
        breakdown(),
        breakdown(native=None),
        breakdown(untraced="why", operations=()),
    ):
        assert sum(entry.time_s for entry in found.entries) == pytest.approx(1e-3, rel=1e-12)
        assert [entry.name for entry in found.entries] == list(time_breakdown.ENTRIES)


def test_the_residual_is_shown_also_when_negative() -> None:
    found = breakdown(operations=(operation("ufunc", 100, 8.9e-6, 6.3e-6),))
    assert "the methods differ" not in " ".join(found.notes)
    residual = next(entry for entry in found.entries if entry.name == "residual")
    assert residual.time_s < 0


def test_dispatch_that_only_samples_see_is_not_the_interpreters() -> None:
    """NumPy's look at the stack between two calls is in no operation timed alone."""
    seen = samples(interpreter=100, dispatch=500, ufunc=400)
    record = breakdown_record(
        operations=(operation("ufunc", 100, 4e-6, 1e-6),), minor_faults=0.0, native=seen
    )
    found = time_breakdown.breakdown(record, PRICED)
    assert found is not None
    assert found.share("dispatch") == pytest.approx(0.5)
    assert found.share("interpreter") == pytest.approx(0.2)
    methods = {each.name: each.method for each in found.entries}
    assert methods["dispatch"] == "native"


@pytest.mark.parametrize(
    ("library", "looks", "said"),
    [
        ("libgcc_s.so.1", 300, "30 % of the time NumPy looks at the stack"),
        ("libunwind.so.8", 50, "5.0 % of the time NumPy looks at the stack"),
        ("libgcc_s.so.1", 30, ""),
        ("libc.so.6", 300, ""),
    ],
)
def test_a_look_at_the_stack_is_said(library: str, looks: int, said: str) -> None:
    weights = tuple(
        NativeWeight(entry=entry, library=name, symbol="s", samples=number)
        for entry, name, number in (
            ("dispatch", library, looks),
            ("ufunc", "_multiarray_umath.so", 1000 - looks),
        )
    )
    native = msgspec.structs.replace(samples(ufunc=1000), weights=weights)
    text = time_breakdown.looks_in_words(breakdown_record(native=native))
    assert text.startswith(said)
    assert bool(text) == bool(said)


def test_without_samples_the_interpreter_is_the_difference_and_says_so() -> None:
    found = breakdown(native=None, unsampled="not allowed here")
    interpreter = next(entry for entry in found.entries if entry.name == "interpreter")
    assert interpreter.method == "difference"
    assert found.share("residual") == pytest.approx(0.0)
    assert any("not allowed here" in note for note in found.notes)


def test_without_a_trace_the_samples_stand() -> None:
    found = breakdown(untraced="too long", operations=())
    assert found.share("interpreter") == pytest.approx(0.4)
    assert found.share("copy") == pytest.approx(0.15)
    assert list(found.overhead_shares) == ["native"]


def test_overhead_shares_of_two_methods_stand_beside_each_other() -> None:
    shares = breakdown().overhead_shares
    assert shares["replay"] == pytest.approx(1 - 0.1 - 0.149)
    assert shares["native"] == pytest.approx(1 - 0.25)


def test_methods_that_disagree_are_flagged() -> None:
    agreeing, disagreeing = breakdown(), breakdown(native=samples(interpreter=10, ufunc=90))
    assert not any("differ" in note for note in agreeing.notes)
    assert any("the methods differ by 65 % of the time" in note for note in disagreeing.notes)


def test_where_the_methods_differ_shares_are_those_of_the_samples_and_it_is_said() -> None:
    found = breakdown(native=samples(interpreter=10, ufunc=90))
    shares = {name: found.share(name) for name in time_breakdown.ENTRIES}
    assert shares["arithmetic"] == pytest.approx(0.9)
    assert shares["interpreter"] == pytest.approx(0.1)
    assert all(0 <= share <= 1 for share in shares.values())
    assert time_breakdown.overhead(found) == pytest.approx(0.1)
    assert any("shares are those of the native samples" in note for note in found.notes)
    assert found.replay  # what it says stays there to compare


def test_calls_that_take_longer_alone_than_samples_find_is_a_difference_too() -> None:
    slow = (operation("ufunc", 100, 9.5e-6, 9e-6), operation("copy", 1, 100e-6, 1e-6))
    found = breakdown(operations=slow)
    assert any("the methods differ by 20 % of the time" in note for note in found.notes)
    assert found.share("interpreter") == pytest.approx(0.4)


def test_copies_that_a_product_makes_inside_are_copy() -> None:
    product = (operation("product", 1, 0.9e-3, 0.0),)
    found = breakdown(
        operations=product,
        minor_faults=0.0,
        native=samples(interpreter=10, copy=63, blas=27),
    )
    assert found.share("copy") == pytest.approx(0.63)
    assert found.share("arithmetic") == pytest.approx(0.27)
    assert sum(each.time_s for each in found.entries) == pytest.approx(found.time_s)
    # A few samples of it, or few samples at all, move nothing.
    for few in (samples(interpreter=10, copy=5, blas=85), samples(copy=7, blas=3)):
        kept = breakdown(operations=product, minor_faults=0.0, native=few)
        assert kept.share("copy") == 0


def test_few_samples_do_not_take_the_place_of_the_replay() -> None:
    found = breakdown(native=samples(interpreter=1, ufunc=9))
    assert found.share("dispatch") == pytest.approx(0.301)
    assert any("the methods differ" in note for note in found.notes)
    assert not any("shares are those" in note for note in found.notes)


@pytest.mark.parametrize("slowdown", [1.8, 1 / 1.8])
def test_samples_of_another_state_are_brought_to_that_of_the_replay(slowdown: float) -> None:
    """Interpreter and calls follow interference more than arithmetic: shares shift with it."""
    true = {"interpreter": 0.4, "dispatch": 0.3, "ufunc": 0.3}
    follows = {"interpreter": 0.75, "dispatch": 0.75, "ufunc": 0.3}
    slowed = {name: share * slowdown ** follows[name] for name, share in true.items()}
    longer = sum(slowed.values())
    taken = msgspec.structs.replace(
        samples(**{name: round(1e5 * part / longer) for name, part in slowed.items()}),
        cpu_s=longer,  # of 1,000 evaluations that take 1 ms undisturbed
        wall_s=longer,
    )
    found = breakdown(native=taken, untraced="too long", operations=())
    assert found.share("interpreter") == pytest.approx(0.4, abs=0.005)
    assert found.share("arithmetic") == pytest.approx(0.3, abs=0.005)
    # As sampled they would be off by several percent.
    assert abs(slowed["ufunc"] / longer - 0.3) > 0.04


def test_samples_that_took_nearly_as_long_stay_as_they_are() -> None:
    taken = msgspec.structs.replace(samples(interpreter=60, ufunc=40), cpu_s=1.03)
    found = breakdown(native=taken, untraced="too long", operations=())
    assert found.share("interpreter") == pytest.approx(0.6)


def test_what_the_kernel_hides_is_memory() -> None:
    hidden = msgspec.structs.replace(
        samples(interpreter=50), kernel_included=False, unseen=50.0
    )
    found = breakdown(native=hidden, untraced="too long", operations=())
    assert found.share("memory") == pytest.approx(0.5)


def test_incomplete_coverage_is_named() -> None:
    found = breakdown(coverage=0.8, uncovered={"numba.f": 3})
    assert any("80 % of calls counted; not: numba.f" in note for note in found.notes)


def test_what_is_missing_adds_up_to_the_rest() -> None:
    escaped = {"after float()": 0.17, "DOUBLE_copy (NumPy)": 0.06, "LONG_copy (NumPy)": 0.06}
    record = breakdown_record(coverage=0.83, coverage_samples=120, escaped=escaped)
    said = time_breakdown.coverage_in_words(record)
    assert said == "83 % of the time in array code counted; not: after float() (17 %)"


def test_with_too_little_counted_the_samples_alone_stand() -> None:
    lost = {"DOUBLE_sqrt (NumPy)": 0.3, "scipy.f": 0.1}
    found = breakdown(coverage=0.6, coverage_samples=120, escaped=lost)
    assert found.share("copy") == pytest.approx(0.15)
    assert list(found.overhead_shares) == ["native"]
    said = "60 % of the time in array code counted; not: DOUBLE_sqrt (NumPy) (30 %)"
    assert any(said in note for note in found.notes)
    assert list(breakdown(coverage=0.8).overhead_shares) == ["replay", "native"]


def test_counterfactuals_follow_from_the_entries() -> None:
    record = breakdown_record()
    assert time_breakdown.saved_by_one_call(record) == pytest.approx(99 * 3e-6)
    assert time_breakdown.saved_by_reuse(record, PRICED) == pytest.approx(50e-6)
    assert time_breakdown.saved_by_free_arithmetic(breakdown()) == pytest.approx(0.1)


def test_page_faults_are_priced_in_the_rounds_of_the_replay_where_they_were() -> None:
    record = breakdown_record(fault_s=0.25e-6, fault_spread_s=0.01e-6)
    assert time_breakdown.fault_price(record, PRICED) == (0.25e-6, 0.01e-6)
    assert time_breakdown.saved_by_reuse(record, PRICED) == pytest.approx(
        record.minor_faults * 0.25e-6
    )
    assert breakdown(fault_s=0.25e-6).share("memory") < breakdown().share("memory")


def test_nothing_measured_makes_no_breakdown() -> None:
    assert time_breakdown.breakdown(breakdown_record(plain_s=0.0), PRICED) is None
    assert (
        time_breakdown.breakdown(
            breakdown_record(untraced="x", native=None, operations=()), PRICED
        )
        is None
    )


def test_waiting_for_other_threads_is_no_work_and_is_said() -> None:
    # Half of the samples of a product wait; the replay timed the whole of its calls.
    waits = breakdown_record(native=samples(blas=50, waiting=50))
    found = time_breakdown.breakdown(waits, MACHINE)
    assert found is not None
    native = {entry.name: entry.time_s for entry in found.native}
    assert native["arithmetic"] == pytest.approx(0.5 * waits.plain_s)
    assert found.overhead_shares["native"] == pytest.approx(0.5)
    assert time_breakdown.waiting(waits) == pytest.approx(0.5)
    assert "50 % of the time it waits for other threads" in found.notes
    busy = breakdown_record(native=samples(blas=100))
    said = time_breakdown.breakdown(busy, MACHINE)
    assert said is not None
    assert not any("waits" in note for note in said.notes)
    # Of both the rest is compared with the replay: waiting alone is no disagreement.
    gap = [note for note in found.notes if "differ" in note]
    assert gap == [note for note in said.notes if "differ" in note]


def test_sleeping_is_an_entry_of_its_own_and_the_entries_still_close() -> None:
    asleep = msgspec.structs.replace(samples(interpreter=10), slept_s=0.9)
    for fields in ({}, {"untraced": "why", "operations": ()}):
        found = breakdown(native=asleep, **fields)
        assert [each.name for each in found.entries][-2:] == ["waiting", "residual"]
        assert found.share(time_breakdown.WAITING) == pytest.approx(0.9)
        assert sum(e.time_s for e in found.entries) == pytest.approx(1e-3, rel=1e-12)


def test_spinning_waits_too_where_no_replay_has_it_among_its_calls() -> None:
    spins = samples(blas=60, waiting=40)
    found = breakdown(native=spins, untraced="why", operations=())
    assert found.share(time_breakdown.WAITING) == pytest.approx(0.4)
    few = samples(blas=6, waiting=4)  # too few to take the place of the replay
    assert breakdown(native=few).share(time_breakdown.WAITING) == 0


def test_operations_of_other_threads_are_no_part_of_the_calling_one() -> None:
    # Replayed they take 60 % of the time, of which the calling thread sleeps 90 %.
    asleep = msgspec.structs.replace(samples(interpreter=10), slept_s=0.9)
    operations = (operation("ufunc", 100, 6e-6, 1e-6),)
    found = breakdown(native=asleep, operations=operations)
    assert found.share(time_breakdown.WAITING) == pytest.approx(0.9)
    assert found.share(time_breakdown.ARITHMETIC) == 0
    assert found.share(time_breakdown.INTERPRETER) == pytest.approx(0.1)
    assert found.share(time_breakdown.RESIDUAL) == pytest.approx(0.0, abs=1e-9)
    assert any("in other threads" in note for note in found.notes)
    few = (operation("ufunc", 10, 6e-6, 1e-6),)
    own = breakdown(native=asleep, operations=few, minor_faults=0.0)
    assert own.share(time_breakdown.ARITHMETIC) == pytest.approx(0.05)
    assert not any("in other threads" in note for note in own.notes)


def test_what_other_threads_were_seen_to_work_is_no_part_of_the_calling_one() -> None:
    # Replayed alone they take 7 % of the time, much less than the threads beside it.
    threads = samples(blas=800).weights
    asleep = msgspec.structs.replace(
        samples(interpreter=10), slept_s=0.9, other_weights=threads
    )
    operations = (operation("ufunc", 10, 7e-6, 0.0),)
    found = breakdown(native=asleep, operations=operations, minor_faults=0.0)
    assert found.share(time_breakdown.ARITHMETIC) == 0
    assert any("in other threads" in note for note in found.notes)
    # Threads of a product that share its work are no such.
    team = msgspec.structs.replace(samples(blas=800), slept_s=0.1, other_weights=threads)
    found = breakdown(native=team, operations=operations, minor_faults=0.0)
    assert not any("in other threads" in note for note in found.notes)


def test_sleep_is_no_disagreement_of_the_methods() -> None:
    asleep = msgspec.structs.replace(samples(interpreter=90, ufunc=10), slept_s=0.8)
    alone = (operation("ufunc", 1, 20e-6, 0.0),)
    found = breakdown(native=asleep, operations=alone, minor_faults=0.0)
    assert not any("differ" in note for note in found.notes)
    # A call that sleeps takes as long alone.
    sleeps = (operation("ufunc", 1, 800e-6, 0.0),)
    found = breakdown(native=asleep, operations=sleeps, minor_faults=0.0)
    assert not any("differ" in note for note in found.notes)


def test_arithmetic_of_pythons_numbers_is_the_interpreters() -> None:
    numbers = operation(PYTHON_NUMBERS, 10_000, 40e-9, 38e-9)
    ufuncs = operation("ufunc", 10, 10e-6, 10e-6)
    native = samples(interpreter=900, dispatch=100)
    found = breakdown(native=native, operations=(numbers, ufuncs), minor_faults=0.0)
    assert found.share(time_breakdown.DISPATCH) == pytest.approx(0.1)
    assert found.share(time_breakdown.INTERPRETER) == pytest.approx(0.9)
    assert found.share(time_breakdown.ARITHMETIC) == 0


def test_hardly_any_waiting_is_left_to_the_residual() -> None:
    awake = msgspec.structs.replace(samples(interpreter=100), slept_s=0.04)
    assert "waiting" not in [each.name for each in breakdown(native=awake).entries]


def test_every_entry_of_a_sample_belongs_to_an_entry_of_the_breakdown() -> None:
    assert set(rules.ENTRIES.values()) == set(time_breakdown.ENTRIES)
    assert rules.ENTRIES["waiting"] == "residual"


def test_of_operations_that_were_not_replayed_samples_alone_tell() -> None:
    record = breakdown_record()
    lost = tuple(
        msgspec.structs.replace(o, replayed=False, full_s=0.0, fixed_s=0.0)
        for o in record.operations
    )
    unreplayed = msgspec.structs.replace(record, operations=lost)
    found = time_breakdown.breakdown(unreplayed, PRICED)
    assert found is not None
    assert {entry.method for entry in found.entries} == {"native", "difference"}
    assert found.share(time_breakdown.DISPATCH) == pytest.approx(0.30)
    assert found.share(time_breakdown.INTERPRETER) == pytest.approx(0.40)
    silent = msgspec.structs.replace(unreplayed, native=None, unsampled="not allowed")
    assert time_breakdown.breakdown(silent, PRICED) is None
