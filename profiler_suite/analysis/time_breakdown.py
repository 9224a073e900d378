"""Closes the time breakdown of one evaluation: where its time goes, by three independent ways.

Entries: interpreter, dispatch, memory, copy, arithmetic, and a residual that
makes them sum to the plain time exactly; it is shown, never clamped.

1. *Operation replay*: every traced operation timed alone, at full and at
   vanishing size, beside the plain function. Fixed part × calls is dispatch;
   what grows is copy or arithmetic; page faults × what a fault costs, measured in
   the same rounds, are memory.
2. *Native samples*: shares of instruction-pointer samples by library and symbol.
3. *Zero-work extrapolation*: t = a + b·work over problems that make the same
   calls; a is overhead (see `scaling.zero_work`).

The time breakdown takes dispatch, copy, arithmetic and memory from the replay; dispatch from
samples where they find more of it, as of what NumPy does only between calls. Interpreter and
dispatch together come from native samples, an independent measurement, so the
residual tells how far the two disagree on the work; without samples the
interpreter is the difference, and is marked so. Samples are of a pass of their own, in which
the machine may have been slower or faster: they are brought to the state of the replay first.
A call may copy before it computes: where samples find that of a tenth of the time, they
divide the replay's work.
Where the two differ by more than a tenth of the time, all entries are those of the samples:
operations timed alone may find other caches and another heap than inside the function.
"""

from profiler_suite import units
from profiler_suite.analysis.one_state import in_state, slower
from profiler_suite.measure.native.rules import ENTRIES as NATIVE_ENTRIES
from profiler_suite.model.machine import Ceiling, Machine
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.results import Breakdown, BreakdownEntry
from profiler_suite.model.rows import PYTHON_NUMBERS, BreakdownRecord, OperationTime

INTERPRETER, DISPATCH, MEMORY = "interpreter", "dispatch", "memory"
COPY, ARITHMETIC, RESIDUAL = "copy", "arithmetic", "residual"
ENTRIES = (INTERPRETER, DISPATCH, MEMORY, COPY, ARITHMETIC, RESIDUAL)

# Kinds of operations whose growing part moves data without computing.
_COPY_KINDS = frozenset({"copy", "index", "create", "view"})
# Entries that samples fill; what they find of others (waiting, kernel, unknown) is residual.
_SAMPLED = tuple(name for name in ENTRIES if name != RESIDUAL)
WAITING = "waiting"
"""An entry of its own where the calling thread sleeps for a part of the time worth saying."""
_STACK_LIBRARIES = ("libgcc_s", "libunwind")
# Less of the time waiting for other threads, or for a look, is not worth a sentence.
_WORTH_SAYING = 0.05
GAP = 0.10
"""Methods further apart than this share of the time are said to differ."""
# With fewer samples their shares are too uncertain to take the place of the replay's.
_FEWEST_SAMPLES = 50
# How code follows what slows the machine, as an exponent (see `correction`): loops of calls
# 0.7 to 0.8, an FFT 0.5, products 0.15; of arithmetic both inner loops and products.
_FOLLOWS = {INTERPRETER: 0.75, DISPATCH: 0.75, MEMORY: 0.75, COPY: 0.5, ARITHMETIC: 0.3}


# Threads of a product work as much as the one that calls it; those that it waits for, alone.
_MANY_TIMES = 10
# Values that move less of the time are not mentioned.
_WORTH_TELLING = 0.02
_DIVIDED = "replay divided by native"
_BESIDE = (
    "its operations run in other threads while it waits: the time breakdown is that of the "
    "calling thread"
)
# Shares of samples add up to what was not counted within this.
_WITHIN_SAMPLES = 0.02
LEAST_COVERAGE = 0.8
"""With less counted, FLOP, bytes and what follows from them are not the function's."""


def is_counted(record: BreakdownRecord) -> bool:
    """Whether enough of the work was counted to speak of FLOP, rates and roofs."""
    return not record.untraced and record.trace_complete and record.coverage >= LEAST_COVERAGE


def is_lost(record: BreakdownRecord) -> bool:
    """Whether a trace was taken that missed too much of the work."""
    return not record.untraced and not is_counted(record)


def coverage_in_words(record: BreakdownRecord) -> str:
    """'93 % of the time in array code counted; not: …': what is missing by name."""
    if not record.trace_complete:
        return "more operations than there was time to count"
    of_what = "the time in array code" if record.coverage_samples else "calls"
    text = f"{units.percent(record.coverage)} of {of_what} counted"
    names = _named_as_missing(record) or sorted(record.uncovered)
    if record.coverage >= 1 or not names:
        return text
    return f"{text}; not: {', '.join(names[:3])}"


def _named_as_missing(record: BreakdownRecord) -> list[str]:
    """What was not counted with its share, the largest first, as far as they make the rest."""
    names: list[str] = []
    left = 1 - record.coverage + _WITHIN_SAMPLES
    for name, share in sorted(record.escaped.items(), key=lambda item: -item[1]):
        left -= share
        if left < 0 and names:
            break
        names.append(f"{name} ({units.percent(share)})")
    return names


def fault_cost(machine: Machine) -> Ceiling | None:
    """The measured cost of a minor page fault; None where it was not measured."""
    return next(
        (c for c in machine.ceilings if c.quantity == "page_fault" and c.value > 0), None
    )


def fault_price(record: BreakdownRecord, machine: Machine) -> tuple[float, float]:
    """What a page fault costs here and its spread, s; 0 where nothing measured it.

    Measured in the rounds of the replay where the function faults: the survey of the
    machine was made under other interference. Else the survey's.
    """
    if record.fault_s > 0:
        return record.fault_s, record.fault_spread_s
    fault = fault_cost(machine)
    return (fault.median, (fault.high - fault.low) / 2) if fault else (0.0, 0.0)


def breakdown(record: BreakdownRecord, machine: Machine) -> Breakdown | None:
    """The time breakdown of one point; None when neither a trace nor samples are there."""
    if record.plain_s <= 0 or (record.untraced and record.native is None):
        return None
    price = fault_price(record, machine)
    native = _native_entries(record)
    replayed = _replay_entries(record, price) if _is_replayed(record) else {}
    if not (replayed or native):
        return None
    if native and not is_counted(record):
        replayed = {}  # of the operations that were counted: not those of the function
    beside = bool(native) and _run_beside(record, replayed)
    if beside:
        replayed = {}
    replayed = _with_hidden_copies(record, replayed, native)
    shares = {}
    if replayed:
        work_s = replayed[COPY].time_s + replayed[ARITHMETIC].time_s
        shares["replay"] = 1 - work_s / record.plain_s
    if native:
        work_s = native[COPY].time_s + native[ARITHMETIC].time_s
        shares["native"] = 1 - work_s / record.plain_s
    apart = _apart(record, replayed, native)
    by_samples = apart > GAP and _well_sampled(record)
    return Breakdown(
        point=record.point,
        time_s=record.plain_s,
        entries=_joined(record, {} if by_samples else replayed, native),
        replay=tuple(replayed.values()),
        native=tuple(native.values()),
        overhead_shares=shares,
        coverage=record.coverage,
        undisturbed=record.undisturbed_rounds >= 3,
        notes=(
            *_notes(record, price[0] > 0),
            *_apart_in_words(apart, by_samples),
            *((_BESIDE,) if beside else ()),
        ),
    )


def _is_replayed(record: BreakdownRecord) -> bool:
    """Whether its operations were timed alone, or there are none."""
    operations = record.operations
    return not record.untraced and (not operations or any(each.replayed for each in operations))


def _well_sampled(record: BreakdownRecord) -> bool:
    return record.native is not None and record.native.samples >= _FEWEST_SAMPLES


def _apart(
    record: BreakdownRecord,
    replayed: dict[str, BreakdownEntry],
    native: dict[str, BreakdownEntry],
) -> float:
    """How much of the time the two methods differ by: in the work, or in making the calls."""
    if not replayed or not native:
        return 0.0

    def share(entries: dict[str, BreakdownEntry], *names: str) -> float:
        return sum(entries[name].time_s for name in names) / record.plain_s

    slept = record.native.slept_share if record.native else 0.0
    # The replay times whole calls, with what they wait for other threads. They may sleep for
    # them, too; other sleep is in no call.
    of_work = share(native, COPY, ARITHMETIC) + waiting(record) - slept
    of_calls = share(native, INTERPRETER, DISPATCH)
    own = share(replayed, COPY, ARITHMETIC)
    apart = max(of_work - own, own - of_work - slept, share(replayed, DISPATCH) - of_calls)
    if record.native is None or not record.native.kernel_symbols:
        return apart  # page faults are told from other work of the kernel by its symbols
    return max(apart, abs(share(replayed, MEMORY) - share(native, MEMORY)))


def _apart_in_words(apart: float, by_samples: bool) -> tuple[str, ...]:
    if apart <= GAP:
        return ()
    said = f"the methods differ by {units.percent(apart)} of the time"
    return (f"{said}: shares are those of the native samples" if by_samples else said,)


def _run_beside(record: BreakdownRecord, replayed: dict[str, BreakdownEntry]) -> bool:
    """Whether its operations run in other threads while the calling one sleeps.

    Samples of the others show that, or both together take longer than the function.
    """
    asleep = _waiting_entry(record, spins=False)
    if asleep is None or not replayed or record.native is None:
        return False
    own, others = (
        sum(
            each.samples for each in weights if NATIVE_ENTRIES[each.entry] in (COPY, ARITHMETIC)
        )
        for weights in (record.native.weights, record.native.other_weights)
    )
    if others > _MANY_TIMES * own:
        return True
    return asleep.time_s + sum(each.time_s for each in replayed.values()) > record.plain_s


def _entry(name: str, time_s: float, spread_s: float, method: str) -> BreakdownEntry:
    return BreakdownEntry(
        name=name,
        time_s=time_s,
        low_s=time_s - spread_s,
        high_s=time_s + spread_s,
        method=method,
    )


def _replay_entries(
    record: BreakdownRecord, price: tuple[float, float]
) -> dict[str, BreakdownEntry]:
    fault_s, fault_spread_s = price
    dispatch_spread_s = 0.0
    growing = {COPY: 0.0, ARITHMETIC: 0.0}
    spread = {COPY: 0.0, ARITHMETIC: 0.0}
    for operation in _of_libraries(record):
        dispatch_spread_s += operation.calls * operation.fixed_spread_s
        name = grows_as(operation)
        growing[name] += operation.calls * growing_s(operation, fault_s)
        spread[name] += operation.calls * operation.full_spread_s
    memory_s = record.minor_faults * fault_s
    return {
        DISPATCH: _entry(DISPATCH, dispatch_s(record), dispatch_spread_s, "replay"),
        MEMORY: _entry(MEMORY, memory_s, record.minor_faults * fault_spread_s, "faults"),
        COPY: _entry(COPY, growing[COPY], spread[COPY], "replay"),
        ARITHMETIC: _entry(ARITHMETIC, growing[ARITHMETIC], spread[ARITHMETIC], "replay"),
    }


def _with_hidden_copies(
    record: BreakdownRecord,
    replayed: dict[str, BreakdownEntry],
    native: dict[str, BreakdownEntry],
) -> dict[str, BreakdownEntry]:
    """The replay's entries, its work divided as samples see it where calls copy inside."""
    if not (replayed and native and _well_sampled(record)):
        return replayed
    own, other = replayed[COPY], replayed[ARITHMETIC]
    seen_s = native[COPY].time_s + native[ARITHMETIC].time_s
    work_s = own.time_s + other.time_s
    copied_s = work_s * native[COPY].time_s / seen_s if seen_s > 0 else 0.0
    if copied_s - own.time_s <= GAP * record.plain_s:
        return replayed
    spread_s = (other.high_s - other.low_s) / 2
    return replayed | {
        COPY: _entry(COPY, copied_s, spread_s, _DIVIDED),
        ARITHMETIC: _entry(ARITHMETIC, work_s - copied_s, spread_s, _DIVIDED),
    }


def dispatch_s(record: BreakdownRecord) -> float:
    """Fixed part × calls over all replayed operations of one evaluation, s."""
    return sum(o.calls * o.fixed_s for o in _of_libraries(record))


def _of_libraries(record: BreakdownRecord) -> list[OperationTime]:
    """Those that are no part of the interpreter, as the arithmetic of Python's numbers is."""
    return [each for each in record.operations if each.kind != PYTHON_NUMBERS]


def grows_as(operation: OperationTime) -> str:
    """Whether the growing part of an operation is copy or arithmetic."""
    return COPY if operation.kind in _COPY_KINDS else ARITHMETIC


def growing_s(operation: OperationTime, fault_s: float) -> float:
    """What one call takes beyond its fixed part and its own page faults, s; may be negative."""
    return operation.call_s - operation.fixed_s - operation.minor_faults * fault_s


def _native_entries(record: BreakdownRecord) -> dict[str, BreakdownEntry]:
    """Sample shares times the plain time, with the binomial spread of the counts."""
    samples = record.native
    if samples is None or not (samples.samples or samples.slept_share):
        return {}
    ticks = max(1.0, samples.samples + samples.unseen)
    awake = 1 - samples.slept_share  # there is no sample of a thread that sleeps
    found = {}
    shares = in_state(_sampled_shares(samples), _FOLLOWS, slower(record))
    for name, of_samples in shares.items():
        share = awake * of_samples
        spread = 2 * (share * (1 - share) / ticks) ** 0.5
        found[name] = _entry(name, share * record.plain_s, spread * record.plain_s, "native")
    return found


def _sampled_shares(samples: NativeSamples) -> dict[str, float]:
    """Entry → its share of all ticks of the clock."""
    counts = samples.counts
    ticks = max(1.0, samples.samples + samples.unseen)
    found = {}
    for name in _SAMPLED:
        parts = [part for part, entry in NATIVE_ENTRIES.items() if entry == name]
        there: float = sum(counts.get(part, 0) for part in parts)
        if name == MEMORY and not samples.kernel_included:
            # What the kernel does for a computation, and may not be seen, is page faults.
            there += samples.unseen
        found[name] = there / ticks
    return found


def _joined(
    record: BreakdownRecord,
    replayed: dict[str, BreakdownEntry],
    native: dict[str, BreakdownEntry],
) -> tuple[BreakdownEntry, ...]:
    """One entry per name; the residual closes the sum to the plain time exactly."""
    if not replayed:
        chosen = dict(native)
    else:
        chosen = dict(replayed)
        if native:
            chosen[DISPATCH] = _dispatch(replayed, native)
            chosen[INTERPRETER] = _interpreter(replayed | chosen, native)
        else:
            rest_s = record.plain_s - sum(entry.time_s for entry in replayed.values())
            spread_s = sum((e.high_s - e.low_s) / 2 for e in replayed.values())
            chosen[INTERPRETER] = _entry(INTERPRETER, rest_s, spread_s, "difference")
    waits = _waiting_entry(record, spins=not replayed)
    if waits is not None:
        chosen[WAITING] = waits
    rest_s = record.plain_s - sum(entry.time_s for entry in chosen.values())
    spread_s = record.plain_spread_s + sum((e.high_s - e.low_s) / 2 for e in chosen.values())
    chosen[RESIDUAL] = _entry(RESIDUAL, rest_s, spread_s, "difference")
    return tuple(chosen[name] for name in (*_SAMPLED, WAITING, RESIDUAL) if name in chosen)


def _waiting_entry(record: BreakdownRecord, *, spins: bool) -> BreakdownEntry | None:
    """What the thread sleeps, and `spins`; None where that is too little.

    The replay times whole products: what their threads spin for each other is in there.
    """
    samples = record.native
    if samples is None:
        return None
    share = waiting(record) if spins else samples.slept_share
    if share < _WORTH_SAYING:
        return None
    ticks = max(1.0, samples.samples + samples.unseen)
    spread = 2 * (share * (1 - share) / ticks) ** 0.5 * record.plain_s
    return _entry(WAITING, share * record.plain_s, spread, "native")


def _dispatch(
    replayed: dict[str, BreakdownEntry], native: dict[str, BreakdownEntry]
) -> BreakdownEntry:
    """That of the replay, or what samples surely find beyond it.

    They count no function of CPython's as dispatch, so there is at least as much as they see.
    """
    own, seen = replayed[DISPATCH], native[DISPATCH]
    return seen if seen.low_s > own.high_s else own


def _interpreter(
    replayed: dict[str, BreakdownEntry], native: dict[str, BreakdownEntry]
) -> BreakdownEntry:
    """What samples see of interpreter and dispatch together, less the dispatch of the replay.

    A sample's address alone does not separate them: CPython's own functions also
    run inside a NumPy call, where they parse its arguments. An inner loop takes
    time for no element, too. Samples have that as arithmetic or copy, the replay
    as dispatch: what they see more of those is of the calls.
    """
    of_work = [native[name].time_s - replayed[name].time_s for name in (COPY, ARITHMETIC)]
    both = (native[INTERPRETER], native[DISPATCH])
    dispatch = replayed[DISPATCH]
    spread_s = sum((e.high_s - e.low_s) / 2 for e in (*both, dispatch))
    time_s = sum(e.time_s for e in both) + max(0.0, sum(of_work)) - dispatch.time_s
    return _entry(INTERPRETER, time_s, spread_s, "native less replay")


def _notes(record: BreakdownRecord, faults_known: bool) -> list[str]:
    said = []
    if record.untraced:
        said.append(f"no operation trace: {record.untraced}")
    if record.unsampled:
        said.append(f"no native samples: {record.unsampled}")
    if record.extrapolated and not record.untraced:
        share = units.percent(record.extrapolated / max(1, record.calls))
        said.append(
            f"the first calls were counted one by one; {share} of all calls are extrapolated "
            "from a sample for each line"
        )
    if (record.coverage < 1 or not record.trace_complete) and not record.untraced:
        said.append(coverage_in_words(record))
    for operation in record.operations:
        gap_s = operation.calls * abs(operation.own_s - operation.full_s)
        if operation.depends_on_values and gap_s > _WORTH_TELLING * record.plain_s:
            said.append(values_in_words(operation))
    missing = [o.name for o in record.operations if not o.replayed and o.calls]
    if missing:
        said.append(f"not replayed: {', '.join(sorted(set(missing))[:4])}")
    if not faults_known and record.minor_faults:
        said.append("page faults have no time here: their cost was not measured")
    return [*said, *filter(None, [looks_in_words(record), waits_in_words(record)])]


def looks_in_words(record: BreakdownRecord) -> str:
    """That NumPy looks at the stack, where that takes a part of the time worth saying."""
    samples = record.native
    if samples is None or not samples.samples:
        return ""
    there = sum(w.samples for w in samples.weights if w.library.startswith(_STACK_LIBRARIES))
    share = there / (samples.samples + samples.unseen)
    if share < _WORTH_SAYING:
        return ""
    return (
        f"{units.percent(share)} of the time NumPy looks at the stack, to see whether it may "
        "reuse a large temporary; a ufunc with out= spares it that"
    )


def waits_in_words(record: BreakdownRecord) -> str:
    """That it waits, where that takes a part of the time worth saying; else empty."""
    waits = waiting(record)
    if waits < _WORTH_SAYING:
        return ""
    slept = record.native is not None and record.native.slept_share >= _WORTH_SAYING
    for_what = "a lock, a file or other threads" if slept else "other threads"
    return f"{units.percent(waits)} of the time it waits for {for_what}"


def values_in_words(operation: OperationTime) -> str:
    """'np.exp depends on its values (62 % subnormal): 3.1 × the time of ordinary ones'."""
    special = f" ({operation.values})" if operation.values else ""
    times = units.three_digits(operation.own_s / operation.full_s)
    return (
        f"{operation.via or operation.name} depends on its values{special}: {times} × the "
        "time of ordinary ones"
    )


def waiting(record: BreakdownRecord) -> float:
    """Share of the time that the calling thread sleeps, or spins for other threads: no work."""
    samples = record.native
    if samples is None:
        return 0.0
    spins = 0.0
    if samples.samples:
        spins = samples.counts.get(WAITING, 0) / (samples.samples + samples.unseen)
    return samples.slept_share + (1 - samples.slept_share) * spins


def overhead(found: Breakdown) -> float:
    """Share of the time that making the calls takes: interpreter and dispatch."""
    return found.share(INTERPRETER) + found.share(DISPATCH)


def work(found: Breakdown) -> float:
    """Share of the time that the calls work: copies and arithmetic."""
    return found.share(COPY) + found.share(ARITHMETIC)


def saved_by_free_arithmetic(found: Breakdown) -> float:
    """Share of the time that infinitely fast arithmetic would save."""
    return found.share(ARITHMETIC)


def saved_by_one_call(record: BreakdownRecord) -> float:
    """Time (s) saved if each operation were one call: all fixed parts but one.

    The interpreter's part of making the calls would go as well, so this is
    what is saved at least.
    """
    return sum(o.fixed_s * (o.calls - 1) for o in record.operations if o.calls > 1)


def saved_by_reuse(record: BreakdownRecord, machine: Machine) -> float:
    """Time (s) that reusing buffers would save: page faults × their measured cost."""
    return record.minor_faults * fault_price(record, machine)[0]
