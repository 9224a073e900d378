"""What the lines of one function take, from the rounds in which it was evaluated."""

import statistics
from typing import Any, NamedTuple

import msgspec

from profiler_suite.measure.lines.calibrate import Costs
from profiler_suite.measure.lines.correct import (
    CorrectedTime,
    RawLine,
    correct,
    fit_scale,
    sampled,
)
from profiler_suite.measure.lines.events import EventCounts, Events
from profiler_suite.measure.lines.instrument import Label, label
from profiler_suite.measure.lines.rounds import EvaluationRounds
from profiler_suite.measure.lines.sampling import LineSamples


class LineTimes(msgspec.Struct, frozen=True):
    """One line of one function."""

    function: Label
    line: int
    hits: int
    """In all profiled evaluations."""
    raw_s: float
    """As line_profiler counts it, in all profiled evaluations."""
    added_s: float
    """What line_profiler added by the model, per evaluation."""
    samples: int
    profiled_calls: float
    """Calls of functions that are profiled too, per evaluation."""
    callees: float
    """Share of the line's time in those functions, by its samples."""
    corrected: CorrectedTime


class Profile(msgspec.Struct, frozen=True):
    """What one function's lines take."""

    lines: tuple[LineTimes, ...]
    evaluations: int
    """Profiled evaluations that raw times and hits belong to."""
    plain_s: float
    """Plain time of one evaluation, measured in turns with the sampled ones."""
    profiled_s: float
    """Wall time of one evaluation under line_profiler: how many times that of the plain
    ones between them it is, times plain_s."""
    sampled_s: float
    """Time of one evaluation while being sampled; 0 when it was not."""
    samples: int
    note: str
    """Why the lines were not sampled; empty when they were."""
    stats: Any
    """line_profiler's own LineStats."""


def of_rounds(
    rounds: EvaluationRounds,
    costs: Costs,
    stats: Any,
    counted: EventCounts,
    seen: LineSamples | None,
) -> Profile:
    """The lines of one evaluation, from all rounds."""
    plain_s = statistics.median(rounds.plain_s)
    slowdown = statistics.median(
        profiled / beside
        for profiled, beside in zip(rounds.profiled_s, rounds.beside_s, strict=True)
    )
    all_samples = seen.samples if seen else 0
    lines: list[LineTimes] = []
    scale = 1.0
    for number, code in enumerate(rounds.codes):
        hits = {
            line: (n, ticks * stats.unit)
            for line, n, ticks in stats.timings.get(label(code), [])
        }
        own = _CodeLines(number, len(code.co_code), hits)
        measured = _raw_lines(rounds, costs, own, counted, seen)
        if number == 0:
            # Only the plain time of the outermost function is known.
            scale = fit_scale(list(measured.values()), plain_s)
        corrected = correct(measured, all_samples, plain_s, scale)
        lines += [
            LineTimes(
                function=label(code),
                line=line,
                hits=own.hits(line),
                raw_s=own.timings.get(line, (0, 0.0))[1],
                added_s=raw.added_s,
                samples=raw.samples,
                profiled_calls=_profiled_calls(
                    counted.lines.get((number, line)), own.hits(line) / rounds.evaluations
                ),
                callees=_share(seen, number, line),
                corrected=corrected[line],
            )
            for line, raw in measured.items()
        ]
    return Profile(
        lines=tuple(lines),
        evaluations=rounds.evaluations,
        plain_s=plain_s,
        profiled_s=slowdown * plain_s,
        sampled_s=statistics.median(rounds.sampled_s) if rounds.sampled_s else 0.0,
        samples=all_samples,
        note=""
        if all_samples
        else rounds.sampler.note or "no sample found the function running",
        stats=stats,
    )


class _CodeLines(NamedTuple):
    """What line_profiler says of one function."""

    number: int
    code_bytes: int
    timings: dict[int, tuple[int, float]]
    """Line → its hits and its time, s."""

    def hits(self, line: int) -> int:
        """In all evaluations."""
        return self.timings.get(line, (0, 0.0))[0]


def _raw_lines(
    rounds: EvaluationRounds,
    costs: Costs,
    own: _CodeLines,
    counted: EventCounts,
    seen: LineSamples | None,
) -> dict[int, RawLine]:
    """Of one evaluation, at the pace that the machine had in the plain rounds."""
    to_plain = statistics.median(rounds.plain_s) / statistics.median(rounds.beside_s)
    pace = to_plain * statistics.median(rounds.paces_s) / costs.reference_s
    samples = {
        line: found
        for (other, line), found in (seen.lines if seen else {}).items()
        if other == own.number
    }
    return {
        line: RawLine(
            raw_s=to_plain * own.timings.get(line, (0, 0.0))[1] / rounds.evaluations,
            added_s=_added_s(
                costs,
                counted.lines.get((own.number, line)),
                own.hits(line) / rounds.evaluations,
                own.code_bytes,
                pace,
            ),
            samples=samples.get(line, 0),
        )
        for line in sorted({*own.timings, *samples})
    }


def of_samples(rounds: EvaluationRounds, seen: LineSamples) -> Profile:
    """The lines of one evaluation that was never under a profiler."""
    return Profile(
        lines=tuple(
            LineTimes(
                function=label(rounds.codes[number]),
                line=line,
                hits=0,
                raw_s=0.0,
                added_s=0.0,
                samples=samples,
                profiled_calls=0.0,
                callees=_share(seen, number, line),
                corrected=sampled(samples, seen.samples, rounds.once_s),
            )
            for (number, line), samples in sorted(seen.lines.items())
        ),
        evaluations=1,
        plain_s=rounds.once_s,
        profiled_s=0.0,
        sampled_s=statistics.median(rounds.sampled_s),
        samples=seen.samples,
        note="",
        stats=None,
    )


def _share(found: LineSamples | None, number: int, line: int) -> float:
    if found is None or not found.lines.get((number, line)):
        return 0.0
    return found.calling.get((number, line), 0) / found.lines[number, line]


def _profiled_calls(happened: Events | None, hits: float) -> float:
    """Calls of profiled functions from a line that is hit so often."""
    if happened is None or not happened.hits:
        return 0.0
    return happened.inner_calls * hits / happened.hits


def _added_s(
    costs: Costs, happened: Events | None, hits: float, code_bytes: int, pace: float
) -> float:
    """What line_profiler adds to a line that is hit so often, s.

    A line that counting did not reach, as it ends early, is charged its own events.
    """
    if happened is None or not happened.hits:
        return costs.added_s(Events(hits=hits, hit_bytes=hits * code_bytes), pace)
    return costs.added_s(happened, pace) * hits / happened.hits
