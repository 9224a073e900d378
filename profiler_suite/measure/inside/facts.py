"""Looks into the costliest calls of a function: samples, layouts, the call with a change.

Each call is made again alone, with the operands that the function gave it where they were
kept. Its samples tell which inner loop ran; the changed calls, timed in the same rounds as
the call itself, what copies, steps, casts and misses cost.
"""

import functools
import importlib
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

import msgspec
import numpy as np

from profiler_suite.machine import latency
from profiler_suite.measure import native
from profiler_suite.measure.arguments import given
from profiler_suite.measure.breakdown.own_values import OwnCall, repeatable
from profiler_suite.measure.breakdown.replay import CallRounds
from profiler_suite.measure.inside import access, routine
from profiler_suite.measure.inside.changes import (
    AS_IT_IS,
    ORDINARY,
    Call,
    casts_of,
    changed_calls,
    opened,
)
from profiler_suite.measure.trace.rebuilding.rebuild import rebuild
from profiler_suite.model.calls import CallFacts, ChangedCall
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord, OperationTime
from profiler_suite.model.trace import Operation

_WORTH_A_LOOK = 0.02
# Nothing happens inside of these: a view is made, a number is computed.
_WITHOUT_INSIDE = frozenset({"view", "scalar"})
_SAMPLING_HZ = 3989.0
_MOST_ROUNDS, _LEAST_ROUNDS = 24, 3
# A call that takes longer is not made again with every change.
_LONG_CALL_S = 0.6
_MOST_WEIGHTS = 6
# Enough for two hundred samples: which inner loop runs, and what takes a twentieth of it.
_LEAST_LOOK_S = 0.05
_BUFFERS = (
    "npyiter_copy_to_buffers",
    "npyiter_copy_from_buffers",
    "_cast_",
    "PyArray_Transfer",
)


class LookEffort(Noun, frozen=True):
    """How long looking into calls may take."""

    sample_s: float = 0.12
    """Samples of one call, s."""
    rounds_s: float = 0.15
    """Rounds of one call and its changes, s."""
    most_calls: int = 8
    all_s: float = 0.0
    """All calls together, the costliest the most of it, s; 0 for no limit but those above."""
    seed: int = 0


def inside_of(
    operations: Sequence[Operation],
    record: BreakdownRecord,
    own: Sequence[OwnCall | None],
    effort: LookEffort,
) -> tuple[CallFacts, ...]:
    """Facts of the operations that take most of the plain time, the costliest first.

    `operations` are those of the record, in its order; `own` their calls where they were kept.
    """
    found = []
    times, plain_s = record.operations, record.plain_s
    places = [
        n
        for n, each in enumerate(times)
        if each.kind not in _WITHOUT_INSIDE
        and each.calls * _call_s(each) >= _WORTH_A_LOOK * plain_s > 0
    ]
    places.sort(key=lambda n: -times[n].calls * _call_s(times[n]))
    places = places[: effort.most_calls]
    parts = shared(effort, [times[n].calls * _call_s(times[n]) for n in places])
    for n, part in zip(places, parts, strict=True):
        kept = own[n]
        call = kept.call if kept is not None else _ready(operations[n])
        if call is None:
            continue
        try:
            found.append(facts_of(call, operations[n], times[n], part, record.fault_s))
        except Exception:  # noqa: BLE001 - a call that fails alone has no facts
            continue
    return tuple(found)


def _call_s(time: OperationTime) -> float:
    """One call, s; with its own operands where others are not safe to make it with."""
    return time.call_s or time.own_s


def shared(effort: LookEffort, times_s: Sequence[float]) -> list[LookEffort]:
    """What each of these calls gets of the time for all, by what it takes of the function's."""
    if not effort.all_s:
        return [effort] * len(times_s)
    whole_s = sum(times_s)

    def part(time_s: float, most_s: float) -> float:
        return min(most_s, max(_LEAST_LOOK_S, effort.all_s / 2 * time_s / whole_s))

    return [
        msgspec.structs.replace(
            effort,
            sample_s=part(time_s, effort.sample_s),
            rounds_s=part(time_s, effort.rounds_s),
        )
        for time_s in times_s
    ]


def _ready(operation: Operation) -> Call | None:
    try:
        made = repeatable(rebuild(operation))
    except Exception:  # noqa: BLE001 - made-up values may be outside its domain
        return None
    return made.call if made is not None else None


def facts_of(
    call: Call,
    operation: Operation,
    time: OperationTime,
    effort: LookEffort,
    fault_s: float = 0.0,
) -> CallFacts:
    """Everything that is found out about one call."""
    _, args, kwargs = opened(call)
    gather = access.gather_of(operation.name, args)
    loads = access.loads_of(gather, args) if gather is not None else 0.0
    target = access.target_bytes(gather, args) if gather is not None else 0
    results = [
        (tuple(each.shape), tuple(each.strides_bytes), each.dtype)
        for each in operation.results
        if each.form == "array" and each.origin == "new"
    ]
    operands = access.accesses(args, kwargs, gather, results)
    timings = _timed(call, gather, time, effort)
    samples = _sampled(call, effort)
    weights = samples.weights[:_MOST_WEIGHTS] if samples is not None else ()
    main = routine.routine_of(weights)
    load = latency.measure(target, effort.seed) if loads and target else None
    calls = max(1, operation.calls)
    return CallFacts(
        name=operation.name,
        via=operation.via,
        file=time.file,
        line=time.line,
        calls=operation.calls,
        kind=operation.kind,
        time_s=_call_s(time),
        fixed_s=time.fixed_s,
        minor_faults=time.minor_faults,
        fault_s=fault_s,
        flop=operation.flop / calls,
        traffic_bytes=(operation.bytes_read + operation.bytes_written) / calls,
        line_bytes=access.line_bytes(operands, loads),
        routine=routine.in_words(main.symbol) if main is not None else "",
        library=main.library if main is not None else "",
        simd=routine.simd_of(main, baseline()) if main is not None else "",
        weights=weights,
        samples=samples.samples if samples is not None else 0,
        operands=operands,
        casts=casts_of(call),
        buffered=any(
            mark in each.symbol
            for each in weights
            for mark in _BUFFERS
            if samples is not None and each.samples > 0.02 * samples.samples
        ),
        timings=timings,
        loads=loads,
        jumps=access.jumps_of(gather, args) if gather is not None else 0.0,
        target_bytes=float(target),
        chain_s=load.chain_s if load is not None else 0.0,
        scattered_s=load.scattered_s if load is not None else 0.0,
        values=time.values if time.depends_on_values else "",
    )


@functools.cache
def baseline() -> tuple[str, ...]:
    """Features that NumPy's code is compiled for where a symbol names none."""
    core = importlib.import_module("numpy._core._multiarray_umath")
    return tuple(getattr(core, "__cpu_baseline__", ()))


def _timed(
    call: Call, gather: access.Gather | None, time: OperationTime, effort: LookEffort
) -> tuple[ChangedCall, ...]:
    """The call and its changes in rounds; what values cost comes from the replay's rounds."""
    changed: dict[str, Call] = {}
    if _call_s(time) < _LONG_CALL_S:
        changed = {AS_IT_IS: call, **_possible(changed_calls(call, gather))}
    series: dict[str, CallRounds] = {}
    with np.errstate(all="ignore"):
        for name, each in changed.items():
            try:
                series[name] = CallRounds(each)
            except Exception:  # noqa: BLE001 - a changed call may be refused
                continue
        order = random.Random(effort.seed)
        begun, rounds = perf_counter(), 0
        names = list(series)
        while len(names) > 1 and rounds < _MOST_ROUNDS:
            if rounds >= _LEAST_ROUNDS and perf_counter() - begun > effort.rounds_s:
                break
            order.shuffle(names)
            for name in names:
                series[name].take()
            rounds += 1
    found = []
    if rounds:
        for name, timed in series.items():
            # The least of each: a round that lost its core says nothing of the call.
            least_s = min(timed.times_s)
            spread_s = statistics.median(timed.times_s) - least_s
            found.append(ChangedCall(change=name, time_s=least_s, spread_s=spread_s))
    if time.depends_on_values:
        found.append(
            ChangedCall(change=ORDINARY, time_s=time.full_s, spread_s=time.full_spread_s)
        )
    return tuple(found)


def _possible(changed: Mapping[str, Call]) -> dict[str, Call]:
    """Those that can be made at all, with what they change restored."""
    found = {}
    for name, (function, args, kwargs) in changed.items():
        try:
            made = repeatable((function, args, kwargs))
        except Exception:  # noqa: BLE001 - no memory for a copy, or a dtype that is refused
            made = None
        if made is not None:
            found[name] = made.call
    return found


def _sampled(call: Call, effort: LookEffort) -> NativeSamples | None:
    if native.available():
        return None
    function, args, kwargs = call
    made: Callable[..., Any] = functools.partial(function, **kwargs) if kwargs else function
    try:
        with np.errstate(all="ignore"):
            made(*given(args))
            return native.sample(made, args, effort.sample_s, _SAMPLING_HZ)
    except Exception:  # noqa: BLE001 - the other facts stand without samples
        return None
