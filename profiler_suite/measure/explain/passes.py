"""Measures one function of a person's own: times, operations, native samples, lines.

Each pass gets its own copy of the arguments. What one pass cannot do is named,
the others stand: a function that cannot be traced is still timed, sampled and
line-profiled.
"""

import warnings
from collections.abc import Iterable
from time import perf_counter, perf_counter_ns

import msgspec
import threadpoolctl

from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.breakdown import per_point as breakdown_pass
from profiler_suite.measure.breakdown.coverage import counted
from profiler_suite.measure.explain import line_profile
from profiler_suite.measure.explain.answers.answer_parts import arrays_of
from profiler_suite.measure.explain.answers.same_answer import in_words
from profiler_suite.measure.explain.first_call import FirstCall, first_call
from profiler_suite.measure.explain.guarding.guard import FIRST_CALL
from profiler_suite.measure.explain.memory_profile import memory_profile
from profiler_suite.measure.explain.peak import peak_bytes
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.explain.take_apart import TakenApart, at_first, take_apart
from profiler_suite.measure.explain.time_plan import NO_TIME
from profiler_suite.measure.explain.timed_visits import FEWEST_VISITS, TimedVisits
from profiler_suite.measure.layers.stacks import sample_layers
from profiler_suite.measure.lines.functions import python_function
from profiler_suite.measure.per_thread import sampling as threads_pass
from profiler_suite.model.layers import LayerRecord
from profiler_suite.model.memory import MemoryRecord
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.threads import ThreadsRecord
from profiler_suite.model.trace import Operation

# What passes may take beyond the time they are given before a function counts as hanging:
# calls that are slowed by a trace or a profiler, and rounds that cannot be left half done.
_FEW_CALLS, _MANY_CALLS, _MUCH = 20.0, 60.0, 10.0


def explain(subject: Subject) -> FunctionRecord:
    """All passes; raises FunctionError when the function raises."""
    # A warning of the function's own says nothing new the thousandth time.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _explained(subject)


def _explained(subject: Subject) -> FunctionRecord:
    effort, stage, plan = subject.effort, subject.guard.stage, subject.plan
    with threadpoolctl.threadpool_limits(limits=subject.threads):
        with stage(FIRST_CALL):
            first = first_call(subject)
        with stage("timing", left_s=plan.left_s(plan.visits(FEWEST_VISITS))):
            timed = TimedVisits(subject, first)
            timed.begin()
        expected_s = _MUCH * (plan.trace_s(effort.trace_s) + effort.coverage_s)
        with stage("tracing operations", expected_s, plan.left_s()):
            traced = _traced(subject)
        expected_s = _FEW_CALLS * first.cold_s + _MUCH * (effort.replay_s + effort.sample_s)
        if subject.tell_first is not None and not plan.long:
            with stage("sampling native code", expected_s):
                looked = at_first(subject, traced, timed.visits)
            subject.tell_first(_record(subject, first, timed, traced, looked))
        left_s = plan.left_s(traced=False)
        with stage("replaying operations, sampling native code", expected_s, left_s):
            broken_down = take_apart(subject, traced, timed.visits, timed.go_on)
            timed.go_on()
        expected_s = _MANY_CALLS * first.cold_s + _MUCH * (1 + effort.lines_s)
        left_s = plan.left_s(traced=False, replayed=False)
        with stage("profiling lines", expected_s, left_s):
            lines = line_profile.profile(subject, first.cold_s)
            sources = line_profile.sources(subject)
            layers = _layers(subject, broken_down.record.plain_s)
            by_thread = _by_thread(subject, broken_down.record.native)
        memory = _memory(subject)
    if plan.thrifty:
        visits = timed.visits
        subject.notes.append(plan.in_words(0 if visits == (first.visit,) else len(visits)))
    return msgspec.structs.replace(
        _record(subject, first, timed, traced, broken_down),
        lines=lines,
        sources=sources,
        layers=layers,
        by_thread=by_thread,
        peak_bytes=memory.peak_bytes,
        memory=memory,
    )


def _record(
    subject: Subject,
    first: FirstCall,
    timed: TimedVisits,
    traced: breakdown_pass.TraceOutcome,
    broken_down: TakenApart,
) -> FunctionRecord:
    """What is known before lines, layers and memory are looked at."""
    counts, called, visits = traced.counts, subject.called, timed.visits
    operations = counts.operations if counts else ()
    start = python_function(called.function)
    return FunctionRecord(
        name=called.name,
        setup=called.setup,
        file=start.__code__.co_filename if start else "",
        line=start.__code__.co_firstlineno if start else 0,
        threads=subject.threads,
        arguments=subject.given.in_words(),
        result=in_words(first.result),
        argument_bytes=subject.given.nbytes,
        result_bytes=float(sum(a.nbytes for a in arrays_of(first.result))),
        cold_s=first.cold_s,
        evaluations=timed.prepared.evaluations,
        visits=visits,
        own_baselines_s=canary.own_baselines(visits),
        empty_call_s=_empty_call_s(),
        breakdown_record=broken_down.record,
        operations=broken_down.operations,
        inside=broken_down.inside,
        bytes_written=float(counts.bytes_written) if counts else 0.0,
        flop_by_dtype=_flop_by_dtype(operations),
        product_flop=sum((o.flop for o in operations if o.kind == "product"), 0.0),
        lines=(),
        sources=(),
        strided=subject.given.strided(),
        notes=(*subject.notes, *subject.guard.notes),
        repeatable=first.repeatable,
        iterates=first.iterates,
        changes=subject.given.changes,
    )


def _traced(subject: Subject) -> breakdown_pass.TraceOutcome:
    effort, plan = subject.effort, subject.plan
    if not plan.fits_trace():
        return breakdown_pass.TraceOutcome(reason=NO_TIME)
    begun = perf_counter()
    further_s = 0.0 if plan.thrifty or effort.advice_first else effort.coverage_s
    try:
        counts, covered = counted(
            subject.function, subject.arguments, plan.trace_s(effort.trace_s), further_s
        )
    except Exception as error:  # noqa: BLE001 - what cannot be traced is still sampled
        return breakdown_pass.TraceOutcome(
            reason=f"{type(error).__name__}: {' '.join(str(error).split())}"
        )
    took_s = perf_counter() - begun
    return breakdown_pass.TraceOutcome(counts=counts, coverage=covered, took_s=took_s)


def _memory(subject: Subject) -> MemoryRecord:
    """What it holds at most, then by line and expression where there is time for that."""
    if _is_short_of_time(subject):
        return MemoryRecord(peak_bytes=0.0)
    peak = 0.0
    try:
        peak = peak_bytes(subject.function, subject.arguments())
        if not subject.effort.memory_s:
            return MemoryRecord(peak_bytes=peak)
        return memory_profile(
            subject.function, subject.arguments(), peak, subject.effort.memory_s
        )
    except Exception as error:  # noqa: BLE001 - it ran before; the other passes stand
        return MemoryRecord(peak_bytes=peak, reason=f"{type(error).__name__}: {error}")


def _is_short_of_time(subject: Subject) -> bool:
    """Whether only what answers why it is slow is asked."""
    return subject.plan.long or not subject.plan.fits_more()


def _layers(subject: Subject, once_s: float) -> LayerRecord | None:
    """Whose code runs; nobody attaches to a process that is not the suite's own."""
    seconds = subject.effort.layers_s
    if not seconds or not subject.sampling_allowed or _is_short_of_time(subject):
        return None
    return sample_layers(subject.function, subject.arguments, seconds, once_s)


def _by_thread(subject: Subject, native: NativeSamples | None) -> ThreadsRecord | None:
    """What each thread does; None where there is nothing to tell apart."""
    seconds = subject.effort.threads_s
    if not seconds or not subject.sampling_allowed or _is_short_of_time(subject):
        return None
    try:
        if not threads_pass.takes_part(subject.function, subject.arguments, native):
            return None
        return threads_pass.sample_threads(subject.function, subject.arguments, seconds)
    except Exception as error:  # noqa: BLE001 - it ran before; the other passes stand
        return ThreadsRecord(samples=0, threads=(), reason=f"{type(error).__name__}: {error}")


def _flop_by_dtype(operations: Iterable[Operation]) -> dict[str, float]:
    """Traced FLOP by the dtype of the results."""
    found: dict[str, float] = {}
    for operation in operations:
        for each in operation.results[:1]:
            found[each.dtype] = found.get(each.dtype, 0.0) + operation.flop
    return found


def _nothing() -> None:
    """Returns at once: what a call itself takes."""


def _empty_call_s() -> float:
    return min(timing.time_evaluations(_nothing, (), 2000, perf_counter_ns) for _ in range(5))
