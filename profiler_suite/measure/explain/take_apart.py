"""Takes an evaluation apart: operations replayed, native samples, costliest calls inside."""

from collections.abc import Callable

import msgspec

from profiler_suite.measure.breakdown import per_point as breakdown_pass
from profiler_suite.measure.breakdown.own_values import OwnCall
from profiler_suite.measure.breakdown.replay import BreakdownEffort
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.inside.facts import LookEffort, inside_of
from profiler_suite.model.calls import CallFacts
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import BreakdownRecord, Visit
from profiler_suite.model.trace import Operation

# Of a first look: a thousand samples tell shares to 2 points.
_FIRST_SAMPLE_S = 0.13


class TakenApart(Noun, frozen=True):
    """One evaluation, operation by operation."""

    record: BreakdownRecord
    operations: tuple[Operation, ...]
    """Those of the record, in its order."""
    inside: tuple[CallFacts, ...]


def at_first(
    subject: Subject, traced: breakdown_pass.TraceOutcome, visits: tuple[Visit, ...]
) -> TakenApart:
    """By native samples of a moment alone; no operation is replayed."""
    fastest = min(visits, key=lambda visit: min(visit.running_s))
    effort = msgspec.structs.replace(
        _effort(subject, visits, traced),
        replay_s=0.0,
        sample_s=min(_FIRST_SAMPLE_S, subject.effort.sample_s),
        least_rounds=1,
        plain_s=min(fastest.running_s),
        plain_faults=fastest.minor_faults,
        own_values_s=0.0,
    )
    return TakenApart(
        record=breakdown_pass.breakdown_record(
            subject.function,
            subject.arguments(),
            effort,
            subject.canaries["ufunc"],
            name=subject.called.name,
            traced=traced,
        ),
        operations=_operations(traced, effort),
        inside=(),
    )


def take_apart(
    subject: Subject,
    traced: breakdown_pass.TraceOutcome,
    visits: tuple[Visit, ...],
    between: Callable[[], None] = lambda: None,
) -> TakenApart:
    """Replay and sample the function, then look into its costliest calls.

    `between` is called in between.
    """
    effort, arguments = _effort(subject, visits, traced), subject.arguments()
    operations = _operations(traced, effort)
    own = breakdown_pass.own_values_of(subject.function, arguments, operations, effort)
    record = breakdown_pass.breakdown_record(
        subject.function,
        arguments,
        effort,
        subject.canaries["ufunc"],
        name=subject.called.name,
        traced=traced,
        own=own,
    )
    between()
    return TakenApart(
        record=record,
        operations=operations,
        inside=_inside(subject, operations, record, own),
    )


def _operations(
    traced: breakdown_pass.TraceOutcome, effort: BreakdownEffort
) -> tuple[Operation, ...]:
    found = traced.counts.operations if traced.counts else ()
    return tuple(breakdown_pass.costliest(breakdown_pass.gathered(found), effort.most_bytes))


def _effort(
    subject: Subject, visits: tuple[Visit, ...], traced: breakdown_pass.TraceOutcome
) -> BreakdownEffort:
    effort, plan = subject.effort, subject.plan
    # Values are looked at in another trace, which takes as long.
    again = not plan.long and not (effort.advice_first and traced.took_s > effort.trace_s)
    fastest = min(visits, key=lambda visit: min(visit.running_s))
    # Where only advice is asked, and of what has to save calls, the visits know its time.
    known = plan.thrifty or effort.advice_only
    return BreakdownEffort(
        replay_s=effort.replay_s if plan.fits_replay() else 0.0,
        most_replay_s=plan.replay_s(),
        sample_s=effort.sample_s if plan.fits_sample() else 0.0,
        baseline_s=effort.baselines_s.get("ufunc", 0.0) or subject.canaries["ufunc"](),
        seed=effort.seed,
        least_rounds=1 if known else 3 if plan.long else 5,
        plain_s=min(fastest.running_s) if known else 0.0,
        plain_faults=fastest.minor_faults if known else 0.0,
        most_bytes=0.15 * effort.memory_bytes,
        last_cache_bytes=effort.last_cache_bytes,
        own_values_s=effort.trace_s if again else 0.0,
    )


def _inside(
    subject: Subject,
    operations: tuple[Operation, ...],
    record: BreakdownRecord,
    own: tuple[OwnCall | None, ...],
) -> tuple[CallFacts, ...]:
    """Facts of the costliest calls; none where a function's time leaves none for them."""
    effort = subject.effort
    if subject.plan.thrifty or not subject.plan.fits_more():
        return ()
    look = LookEffort(
        sample_s=effort.look_s / 2,
        rounds_s=effort.look_s / 2,
        most_calls=effort.most_looks,
        all_s=effort.looks_s,
        seed=effort.seed,
    )
    return inside_of(operations, record, own, look)
