"""Profiles one function: plain and sampled evaluations in turns, then plain and profiled ones.

What is sampled has never been under a profiler: to give a function another code object, as
line_profiler does, makes calls of it 20 % slower for good on Python 3.13.
"""

import functools
import gc
import statistics
from collections.abc import Callable
from time import perf_counter_ns
from types import FunctionType
from typing import Any, NamedTuple

import msgspec

from profiler_suite.measure.arguments import given
from profiler_suite.measure.lines import events
from profiler_suite.measure.lines.calibrate import Costs, Reference, calibrate, run_profiled
from profiler_suite.measure.lines.correct import (
    CorrectedTime,
    RawLine,
    correct,
    fit_scale,
    sampled,
)
from profiler_suite.measure.lines.events import EventCounts, Events
from profiler_suite.measure.lines.functions import functions_to_profile
from profiler_suite.measure.lines.instrument import (
    Instrumentation,
    Label,
    all_codes,
    label,
    on_copies,
)
from profiler_suite.measure.lines.peek import PeekError
from profiler_suite.measure.lines.sampling import LineSamples, SamplerProcess

_MOST_EVALUATIONS = 20_000
_ROUNDS = 4
# Shares of the time given: the rest of it is spent on the sampled evaluations.
_PLAIN_SHARE, _BESIDE_SHARE, _RAW_SHARE, _COUNT_SHARE = 0.1, 0.05, 0.2, 0.1


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
    """Time of one evaluation while being looked at; 0 when nobody looked."""
    samples: int
    note: str
    """Why the lines were not sampled; empty when they were."""
    stats: Any
    """line_profiler's own LineStats."""


class LineSession:
    """What profiling many functions in one process shares: costs and the sampling process."""

    def __init__(self, sampling: bool = True) -> None:
        self._watch: SamplerProcess | None = None
        self.note = "sampling was not asked for"
        if sampling:
            self._start_watch()
        self.costs, self._reference = calibrate()

    def _start_watch(self) -> None:
        try:
            self._watch = SamplerProcess()
            self.note = ""
        except PeekError as error:
            self.note = str(error)

    def close(self) -> None:
        """End the sampling process."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def profile(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
    ) -> Profile | None:
        """Lines of the function and its own module's callees; None when it is compiled."""
        functions = functions_to_profile(function)
        if not functions:
            return None
        function(*given(arguments))  # imports and first-call work belong to no line
        collecting = gc.isenabled()
        gc.disable()
        try:
            return self._profile(functions, function, arguments, seconds)
        finally:
            if collecting:
                gc.enable()

    def look_once(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], once_s: float
    ) -> Profile | None:
        """Lines of one evaluation by looks alone, as it takes long; None when it is compiled.

        line_profiler would slow it many times, and hits are not worth as much.
        """
        functions = functions_to_profile(function)
        if not functions:
            return None
        runs = _Runs(self, functions, function, arguments, once_s, once_s)
        if not runs.sampling():
            raise PeekError(
                f"{self.note}, and line_profiler would slow a call of {once_s:.0f} s"
            )
        try:
            runs.sample()
        finally:
            seen = runs.end_watch()
        if seen is None or not seen.samples:
            raise PeekError(self.note or "no look found the function running")
        return _of_looks(runs, seen)

    def _profile(
        self,
        functions: list[FunctionType],
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        seconds: float,
    ) -> Profile:
        once_s = _time(function, arguments, 1)
        if once_s < seconds:
            once_s = min(once_s, _time(function, arguments, 1))
        runs = _Runs(self, functions, function, arguments, once_s, seconds)
        watching = runs.sampling()
        samples = None
        try:
            for _ in range(runs.rounds):
                runs.plain()
                if watching:
                    runs.sample()
        finally:
            if watching:
                samples = runs.end_watch()
        instrumented = Instrumentation(functions)
        for _ in range(runs.rounds):
            runs.profiled(instrumented)
        with on_copies(functions):
            codes = all_codes(functions)
            counted = events.count(function, given(arguments), codes, _COUNT_SHARE * seconds)
        return _result(runs, instrumented.stats(), counted, samples)

    @property
    def watch(self) -> SamplerProcess | None:
        """The sampling process, when there is one."""
        return self._watch

    @property
    def reference(self) -> Reference:
        """The program that tells the pace of the machine."""
        return self._reference

    def give_up_sampling(self, reason: str) -> None:
        """Go on without looks."""
        self.close()
        self.note = reason


class _Runs:
    """Evaluations of one function in three ways, and what they took."""

    def __init__(
        self,
        session: LineSession,
        functions: list[FunctionType],
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        once_s: float,
        seconds: float,
    ) -> None:
        self.session = session
        self.codes = all_codes(functions)
        self.function = function
        self.arguments = arguments
        self.seconds = seconds
        self.once_s = once_s
        # Each round evaluates at least three times.
        self.rounds = max(1, min(_ROUNDS, int(seconds / (5 * once_s))))
        self.plain_s: list[float] = []
        self.beside_s: list[float] = []
        self.profiled_s: list[float] = []
        self.sampled_s: list[float] = []
        self.paces_s: list[float] = []
        self.evaluations = 0
        self._sampled_evaluations = 1

    def _evaluations(self, share: float, slowdown: float = 1.0) -> int:
        wanted = share * self.seconds / self.rounds / (self.once_s * slowdown)
        return max(1, min(_MOST_EVALUATIONS, int(wanted)))

    def plain(self) -> None:
        """Evaluate as users do."""
        self.plain_s.append(self._plain(_PLAIN_SHARE))

    def _plain(self, share: float) -> float:
        evaluations = self._evaluations(share)
        if evaluations > 2:
            # What was instrumented before is specialised by the interpreter anew.
            _time(self.function, self.arguments, max(1, evaluations // 10))
        return _time(self.function, self.arguments, evaluations)

    def profiled(self, instrumented: Instrumentation) -> None:
        """Evaluate plainly, then under line_profiler."""
        self.beside_s.append(self._plain(_BESIDE_SHARE))
        slowdown = self.profiled_s[-1] / self.once_s if self.profiled_s else 20.0
        evaluations = self._evaluations(_RAW_SHARE, slowdown)
        self.paces_s.append(self.session.reference.pace_s())
        self.profiled_s.append(
            run_profiled(instrumented, self.function, self.arguments, evaluations)
        )
        self.evaluations += evaluations

    def sampling(self) -> bool:
        """Have the sampling process look for the functions; False when there is none."""
        share = 1.0 - _PLAIN_SHARE - _BESIDE_SHARE - _RAW_SHARE - _COUNT_SHARE
        self._sampled_evaluations = self._evaluations(share)
        watch = self.session.watch
        if watch is None:
            return False
        try:
            watch.begin(self.codes)
        except PeekError as error:
            self.session.give_up_sampling(str(error))
            return False
        return True

    def sample(self) -> None:
        """Evaluate plainly while being looked at."""
        assert self.session.watch is not None
        self.sampled_s.append(
            self.session.watch.evaluate(
                self.function, self.arguments, self._sampled_evaluations
            )
        )

    def end_watch(self) -> LineSamples | None:
        """What was seen."""
        assert self.session.watch is not None
        try:
            return self.session.watch.end()
        except PeekError as error:
            self.session.give_up_sampling(str(error))
            return None


def _time(function: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int) -> float:
    """Time of one evaluation, s, without what it takes to free the result."""
    total = 0
    for _ in range(evaluations):
        fresh = given(arguments)
        start = perf_counter_ns()
        result = function(*fresh)
        total += perf_counter_ns() - start
        del result
    return max(total * 1e-9 / evaluations - clock_s(), 1e-9)


@functools.cache
def clock_s() -> float:
    """Time between two readings of the clock with nothing in between, s."""
    times = []
    for _ in range(200):
        start = perf_counter_ns()
        times.append(perf_counter_ns() - start)
    return statistics.median(times) * 1e-9


def _result(runs: _Runs, stats: Any, counted: EventCounts, seen: LineSamples | None) -> Profile:
    session = runs.session
    plain_s = statistics.median(runs.plain_s)
    slowdown = statistics.median(
        profiled / beside
        for profiled, beside in zip(runs.profiled_s, runs.beside_s, strict=True)
    )
    all_samples = seen.samples if seen else 0
    lines: list[LineTimes] = []
    scale = 1.0
    for number, code in enumerate(runs.codes):
        hits = {
            line: (n, ticks * stats.unit)
            for line, n, ticks in stats.timings.get(label(code), [])
        }
        own = _CodeLines(number, len(code.co_code), hits)
        measured = _raw_lines(runs, own, counted, seen)
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
                    counted.lines.get((number, line)), own.hits(line) / runs.evaluations
                ),
                callees=_share(seen, number, line),
                corrected=corrected[line],
            )
            for line, raw in measured.items()
        ]
    return Profile(
        lines=tuple(lines),
        evaluations=runs.evaluations,
        plain_s=plain_s,
        profiled_s=slowdown * plain_s,
        sampled_s=statistics.median(runs.sampled_s) if runs.sampled_s else 0.0,
        samples=all_samples,
        note="" if all_samples else session.note or "no look found the function running",
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
    runs: _Runs, own: _CodeLines, counted: EventCounts, seen: LineSamples | None
) -> dict[int, RawLine]:
    """Of one evaluation, at the pace that the machine had in the plain rounds."""
    costs = runs.session.costs
    to_plain = statistics.median(runs.plain_s) / statistics.median(runs.beside_s)
    pace = to_plain * statistics.median(runs.paces_s) / costs.reference_s
    samples = {
        line: found
        for (other, line), found in (seen.lines if seen else {}).items()
        if other == own.number
    }
    return {
        line: RawLine(
            raw_s=to_plain * own.timings.get(line, (0, 0.0))[1] / runs.evaluations,
            added_s=_added_s(
                costs,
                counted.lines.get((own.number, line)),
                own.hits(line) / runs.evaluations,
                own.code_bytes,
                pace,
            ),
            samples=samples.get(line, 0),
        )
        for line in sorted({*own.timings, *samples})
    }


def _of_looks(runs: _Runs, seen: LineSamples) -> Profile:
    """The lines of one evaluation that was never under a profiler."""
    return Profile(
        lines=tuple(
            LineTimes(
                function=label(runs.codes[number]),
                line=line,
                hits=0,
                raw_s=0.0,
                added_s=0.0,
                samples=samples,
                profiled_calls=0.0,
                callees=_share(seen, number, line),
                corrected=sampled(samples, seen.samples, runs.once_s),
            )
            for (number, line), samples in sorted(seen.lines.items())
        ),
        evaluations=1,
        plain_s=runs.once_s,
        profiled_s=0.0,
        sampled_s=statistics.median(runs.sampled_s),
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
