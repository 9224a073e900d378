"""Raw material of a point's time breakdown: trace once, replay beside the function, sample.

A pass and a child of its own, after all times are taken: counting arrays never
time, timing never counts, sampling never touches a timed sample.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from profiler_suite.machine import canary
from profiler_suite.measure import native
from profiler_suite.measure.breakdown.coverage import counted
from profiler_suite.measure.breakdown.own_values import OwnCall, own_calls
from profiler_suite.measure.breakdown.replay import NOTHING, BreakdownEffort, Replay, replay
from profiler_suite.measure.children.inputs import LastInputs
from profiler_suite.measure.children.isolated_points import pass_over
from profiler_suite.measure.children.serve import enter, serve
from profiler_suite.measure.planning.schedule import LONG_REPLAY_S, trace_s
from profiler_suite.measure.threads import NativeThreads
from profiler_suite.model.experiment import Point
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import PYTHON_NUMBERS, BreakdownRecord, OperationTime
from profiler_suite.model.trace import Coverage, Operation, OperationCounts
from profiler_suite.workloads import registry

# More signatures than this are not replayed one by one; the rest is residual, and said.
_MOST_OPERATIONS = 24
_SIZES_PER_GROUP = 3
ROUNDS_OF_LONG = 3
"""Rounds of the replay, at least, for an evaluation longer than `LONG_REPLAY_S`: each is a mean
over what disturbs a short one in one round and not in the next."""
# A pass of its own may sample often: shares do not depend on the rate.
_SAMPLING_HZ = 7919.0


class TraceOutcome(Noun, frozen=True):
    """The counts of a trace with what they cover, or why there are none."""

    counts: OperationCounts | None = None
    coverage: Coverage | None = None
    reason: str = ""
    took_s: float = 0.0
    """With all that a trace has to prepare, where that was timed."""


class BreakdownRequest(Noun, frozen=True):
    """What the accounting child is asked to do with each point that follows."""

    files: tuple[str, ...]
    seed: int
    effort: BreakdownEffort
    profiled: tuple[str, ...] = ()
    """Ids of points whose lines are profiled: a trace splits their lines."""
    most_trace_of_profiled_s: float = 0.0


def measure_breakdowns(
    points: Sequence[Point],
    order: BreakdownRequest,
    patience_s: float,
    tell: Callable[[BreakdownRecord], None],
) -> str:
    """Break down times in a child, telling each record; returns why it ended early.

    A point that takes the child along, or takes longer than `patience_s` and its
    predicted time allow, has an empty record with the reason.
    """
    ended = pass_over(
        "profiler_suite.measure.breakdown.per_point",
        order,
        points,
        patience_s,
        msgspec.json.Decoder(BreakdownRecord),
        tell,
        _nothing,
    )
    return ended and f"the accounting process was given up: {ended}"


def measure_breakdown(
    point: Point,
    order: BreakdownRequest,
    run_canary: canary.Canary,
    inputs: LastInputs | None = None,
) -> BreakdownRecord:
    """Trace, replay and sample one point of a plan."""
    effort = order.effort
    if point.id in order.profiled:
        longer_s = max(effort.most_trace_s, order.most_trace_of_profiled_s)
        effort = msgspec.structs.replace(effort, most_trace_s=longer_s)
    if point.predicted_s > LONG_REPLAY_S:
        effort = msgspec.structs.replace(effort, least_rounds=ROUNDS_OF_LONG)
    arguments = (inputs or LastInputs(order.seed)).of(point.problem)
    return breakdown_record(
        registry.ready(registry.run_by(point), arguments),
        arguments,
        effort,
        run_canary,
        name=point.id,
        expected_trace_s=trace_s(point.cost),
    )


_NO_COUNTS = OperationCounts(
    operations=(),
    calls=0,
    flop=0.0,
    bytes_read=0,
    bytes_written=0,
    temporaries=0,
    temporary_bytes=0,
    uncovered={},
    coverage=0.0,
    conventions=0,
)
"""Of a function that was not traced."""


def breakdown_record(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    effort: BreakdownEffort,
    run_canary: canary.Canary,
    *,
    name: str,
    expected_trace_s: float = 0.0,
    traced: TraceOutcome | None = None,
    own: Sequence[OwnCall | None] | None = None,
) -> BreakdownRecord:
    """Trace, replay and sample one function on these arguments.

    `expected_trace_s` is roughly how long a trace takes, where that is known
    beforehand: what would take too long is not traced. `traced` gives the counts of a
    trace taken before, or why there are none; `own` the costliest operations' own calls.
    """
    found = traced or _traced(function, arguments, expected_trace_s, effort.most_trace_s)
    operations = costliest(gathered((found.counts or _NO_COUNTS).operations), effort.most_bytes)
    if own is None:
        own = own_values_of(function, arguments, operations, effort)
    sampled: list[tuple[NativeSamples | None, bool, str]] = []
    replayed = replay(
        function,
        arguments,
        operations,
        run_canary,
        effort,
        lambda once_s: sampled.append(
            _samples(function, arguments, effort, run_canary, once_s)
        ),
        [each.call if each else None for each in own],
    )
    return _record(name, found, _times(operations, replayed, own), replayed, sampled[0])


def _record(
    name: str,
    found: TraceOutcome,
    times: tuple[OperationTime, ...],
    replayed: Replay,
    sampled: tuple[NativeSamples | None, bool, str],
) -> BreakdownRecord:
    counts, covered = found.counts or _NO_COUNTS, found.coverage
    samples, undisturbed, unsampled = sampled
    return BreakdownRecord(
        point=name,
        plain_s=replayed.plain.time_s,
        plain_spread_s=replayed.plain.spread_s,
        minor_faults=replayed.plain.minor_faults,
        rounds=replayed.rounds,
        undisturbed_rounds=replayed.undisturbed_rounds,
        operations=times,
        calls=counts.calls,
        flop=counts.flop,
        traffic_bytes=float(counts.bytes_read + counts.bytes_written),
        temporaries=counts.temporaries,
        temporary_bytes=counts.temporary_bytes,
        coverage=covered.share if covered else 0.0,
        coverage_samples=covered.samples if covered else 0,
        escaped=covered.escaped if covered else {},
        uncovered=counts.uncovered,
        extrapolated=counts.extrapolated,
        trace_complete=counts.complete,
        native=samples,
        native_undisturbed=undisturbed,
        untraced=found.reason,
        unsampled=unsampled,
        fault_s=replayed.fault.time_s,
        fault_spread_s=replayed.fault.spread_s,
    )


def _traced(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    expected_s: float,
    most_s: float,
) -> TraceOutcome:
    if expected_s > most_s:
        return TraceOutcome(reason=f"tracing it would take about {expected_s:.0f} s")
    try:
        function(*arguments)  # what only a first call makes and keeps is in no timed sample
        counts, covered = counted(function, lambda: arguments)
    except Exception as error:  # noqa: BLE001 - what cannot be traced is still sampled
        return TraceOutcome(reason=f"{type(error).__name__}: {error}")
    return TraceOutcome(counts=counts, coverage=covered)


def gathered(operations: Sequence[Operation]) -> list[Operation]:
    """Operations of one line that differ in their sizes only, a few standing for all.

    A loop over shrinking slices makes a signature per turn. Sorted by work, each
    third is replayed as the member nearest to the third's mean, with all its calls.
    Few enough operations are left as they are.
    """
    if len(operations) <= _MOST_OPERATIONS:
        return list(operations)
    groups: dict[tuple[object, ...], list[Operation]] = {}
    for operation in operations:
        line = operation.lines[0] if operation.lines else None
        forms = tuple((o.dtype, o.form, len(o.shape)) for o in operation.operands)
        place = (line.file, line.line) if line else None
        key = (operation.name, operation.kind, operation.via, forms, place)
        groups.setdefault(key, []).append(operation)
    found: list[Operation] = []
    for group in groups.values():
        group.sort(key=_work_of_call)
        size = -(-len(group) // _SIZES_PER_GROUP)
        found += [_together(group[i : i + size]) for i in range(0, len(group), size)]
    return found


def _work_of_call(operation: Operation) -> float:
    work = operation.flop + operation.bytes_read + operation.bytes_written
    return work / max(1, operation.calls)


def _together(operations: Sequence[Operation]) -> Operation:
    calls = sum(o.calls for o in operations)
    mean = sum(_work_of_call(o) * o.calls for o in operations) / max(1, calls)
    nearest = min(operations, key=lambda o: abs(_work_of_call(o) - mean))
    return msgspec.structs.replace(
        nearest,
        calls=calls,
        flop=sum(o.flop for o in operations),
        bytes_read=sum(o.bytes_read for o in operations),
        bytes_written=sum(o.bytes_written for o in operations),
        temporaries=sum(o.temporaries for o in operations),
        temporary_bytes=sum(o.temporary_bytes for o in operations),
    )


def costliest(operations: Sequence[Operation], most_bytes: float = 0.0) -> list[Operation]:
    """The operations that move or compute most and are called most, up to a limit.

    Those whose operands would not fit into `most_bytes` any more are left out.
    """

    def weight(operation: Operation) -> float:
        work = operation.flop + operation.bytes_read + operation.bytes_written
        return work + 2000.0 * operation.calls  # a call is worth some thousand bytes

    chosen: list[Operation] = []
    held = 0.0
    for operation in sorted(operations, key=weight, reverse=True):
        needed = _operand_bytes(operation)
        if most_bytes and held + needed > most_bytes:
            continue
        held += needed
        chosen.append(operation)
    return chosen[:_MOST_OPERATIONS]


def _operand_bytes(operation: Operation) -> float:
    """Memory of an operation's arrays: what rebuilding it takes, roughly."""
    moved = operation.bytes_read + operation.bytes_written
    return float(moved) / max(1, operation.calls)


def own_values_of(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    operations: Sequence[Operation],
    effort: BreakdownEffort,
) -> tuple[OwnCall | None, ...]:
    """Calls with the values they had in the function, where there is time for that."""
    if not effort.own_values_s:
        return (None,) * len(operations)
    return own_calls(function, arguments, operations, effort.own_values_s, effort.seed)


def _times(
    operations: Sequence[Operation], replayed: Replay, own: Sequence[OwnCall | None]
) -> tuple[OperationTime, ...]:
    rows = []
    for operation, full, fixed, with_own, call in zip(
        operations, replayed.full, replayed.fixed, replayed.own, own, strict=True
    ):
        both = full is not None and fixed is not None
        shown_full, shown_fixed = (
            (full or NOTHING, fixed or NOTHING) if both else (NOTHING,) * 2
        )
        alike = both and call is not None and not call.matter
        own_times = NOTHING if with_own is None or alike else with_own
        line = operation.lines[0] if operation.lines else None
        rows.append(
            OperationTime(
                name=operation.name,
                kind=_kind(operation),
                via=operation.via,
                calls=operation.calls,
                flop=operation.flop,
                traffic_bytes=float(operation.bytes_read + operation.bytes_written),
                shapes=_shapes(operation),
                file=line.file if line else "",
                line=line.line if line else 0,
                full_s=shown_full.time_s,
                fixed_s=shown_fixed.time_s,
                full_spread_s=shown_full.spread_s,
                fixed_spread_s=shown_fixed.spread_s,
                minor_faults=shown_full.minor_faults,
                replayed=both,
                own_s=own_times.time_s,
                own_spread_s=own_times.spread_s,
                values=call.values if call is not None else "",
                lines=operation.lines,
            )
        )
    return tuple(rows)


def _kind(operation: Operation) -> str:
    of_python = operation.operands and all(
        each.form == "python scalar" for each in operation.operands
    )
    return PYTHON_NUMBERS if of_python and operation.kind == "scalar" else operation.kind


def _shapes(operation: Operation) -> str:
    """'(2, 2, 3), (2, 2, 3) <f8' for people."""
    arrays = [operand for operand in operation.operands if operand.form == "array"]
    shapes = ", ".join(str(operand.shape) for operand in arrays)
    dtypes = " ".join(sorted({operand.dtype for operand in arrays}))
    return f"{shapes} {dtypes}".strip()


def _samples(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    effort: BreakdownEffort,
    run_canary: canary.Canary,
    once_s: float,
) -> tuple[NativeSamples | None, bool, str]:
    """The samples, whether they were taken undisturbed, or why there are none."""
    reason = native.available() if effort.sample_s else "no time was left for it"
    if reason:
        return None, False, reason
    before = run_canary()
    try:
        found = native.sample(function, arguments, effort.sample_s, _SAMPLING_HZ, once_s=once_s)
    except Exception as error:  # noqa: BLE001 - the other methods stand without samples
        return None, False, f"{type(error).__name__}: {error}"
    undisturbed = max(before, run_canary()) <= canary.limit("ufunc") * effort.baseline_s
    return found, undisturbed, ""


def _opened(opening: bytes) -> Callable[[bytes], BreakdownRecord]:
    """Break down the times of the points that follow a BreakdownRequest."""
    order = msgspec.json.decode(opening, type=BreakdownRequest)
    enter(order.files)
    threads = NativeThreads()
    run_canary = canary.make("ufunc")
    inputs = LastInputs(order.seed)

    def answer(line: bytes) -> BreakdownRecord:
        point = msgspec.json.decode(line, type=Point)
        threads.limit(point.threads)
        # What a user's implementation raises is a result about that implementation.
        try:
            return measure_breakdown(point, order, run_canary, inputs)
        except Exception as error:  # noqa: BLE001
            return _nothing(point, f"{type(error).__name__}: {error}")

    return answer


def _nothing(point: Point, reason: str) -> BreakdownRecord:
    return BreakdownRecord(
        point=point.id,
        plain_s=0.0,
        plain_spread_s=0.0,
        minor_faults=0.0,
        rounds=0,
        undisturbed_rounds=0,
        operations=(),
        calls=0,
        flop=0.0,
        traffic_bytes=0.0,
        temporaries=0,
        temporary_bytes=0,
        coverage=0.0,
        uncovered={},
        untraced=reason,
        unsampled=reason,
    )


if __name__ == "__main__":
    serve(_opened)
