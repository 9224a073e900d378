"""Evaluates one function plainly, while it is sampled, and under line_profiler.

What is sampled has never been under a profiler: to give a function another code object, as
line_profiler does, makes calls of it 20 % slower for good on Python 3.13.
"""

import functools
import statistics
from collections.abc import Callable
from time import perf_counter_ns
from types import FunctionType
from typing import Any

from profiler_suite.measure import preemption, timing
from profiler_suite.measure.arguments import RestoredArguments, given
from profiler_suite.measure.lines.calibrate import Reference, run_profiled
from profiler_suite.measure.lines.instrument import Instrumentation, all_codes
from profiler_suite.measure.lines.sampling import LineSamples, SamplerProcess
from profiler_suite.measure.reading.peek import PeekError

_MOST_EVALUATIONS = 20_000
_ROUNDS = 4
# Shares of the time given: the rest of it is spent on the sampled evaluations.
_PLAIN_SHARE, _BESIDE_SHARE, _RAW_SHARE, COUNT_SHARE = 0.1, 0.05, 0.2, 0.1


class SharedSampler:
    """The process that samples where this one is, shared by all functions that are profiled."""

    def __init__(self, wanted: bool) -> None:
        self.process: SamplerProcess | None = None
        self.note = "sampling was not asked for"
        """Why nothing is sampled; empty when lines are."""
        if wanted:
            try:
                self.process, self.note = SamplerProcess(), ""
            except PeekError as error:
                self.note = str(error)

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.close()
            self.process = None

    def give_up(self, reason: str) -> None:
        """Go on without samples."""
        self.close()
        self.note = reason


class EvaluationRounds:
    """Evaluations of one function in three ways, and what they took."""

    def __init__(
        self,
        sampler: SharedSampler,
        reference: Reference,
        functions: list[FunctionType],
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        once_s: float,
        seconds: float,
    ) -> None:
        self.sampler = sampler
        self._reference = reference
        self.codes = all_codes(functions)
        self.function = function
        self.arguments = arguments
        self.seconds = seconds
        self.once_s = once_s
        self.restoring_s = _restoring_s(arguments)
        """What it takes to make the arguments what they were, before each evaluation, s."""
        # Each round evaluates at least three times.
        self.count = max(1, min(_ROUNDS, int(seconds / (5 * (once_s + self.restoring_s)))))
        self.plain_s: list[float] = []
        self.beside_s: list[float] = []
        self.profiled_s: list[float] = []
        self.sampled_s: list[float] = []
        self.paces_s: list[float] = []
        self.evaluations = 0
        self._sampled_evaluations = 1

    def _evaluations(self, share: float, slowdown: float = 1.0) -> int:
        wanted = share * self.seconds / self.count
        wanted /= self.once_s * slowdown + self.restoring_s
        return max(1, min(_MOST_EVALUATIONS, int(wanted)))

    def plain(self) -> None:
        """Evaluate as users do."""
        self.plain_s.append(self._plain(_PLAIN_SHARE))

    def _plain(self, share: float) -> float:
        evaluations = self._evaluations(share)
        if evaluations > 2:
            # What was instrumented before is specialised by the interpreter anew.
            time_of(self.function, self.arguments, max(1, evaluations // 10))
        if isinstance(self.arguments, RestoredArguments):
            return timing.running_s(self.function, self.arguments, evaluations)
        return preemption.undelayed(lambda: time_of(self.function, self.arguments, evaluations))

    def profiled(self, instrumented: Instrumentation) -> None:
        """Evaluate plainly, then under line_profiler."""
        self.beside_s.append(self._plain(_BESIDE_SHARE))
        slowdown = self.profiled_s[-1] / self.once_s if self.profiled_s else 20.0
        evaluations = self._evaluations(_RAW_SHARE, slowdown)
        self.paces_s.append(self._reference.pace_s())
        self.profiled_s.append(
            run_profiled(instrumented, self.function, self.arguments, evaluations)
        )
        self.evaluations += evaluations

    def sampling(self) -> bool:
        """Have the sampling process sample the functions; False when there is none."""
        share = 1.0 - _PLAIN_SHARE - _BESIDE_SHARE - _RAW_SHARE - COUNT_SHARE
        self._sampled_evaluations = self._evaluations(share)
        process = self.sampler.process
        if process is None:
            return False
        try:
            process.begin(self.codes)
        except PeekError as error:
            self.sampler.give_up(str(error))
            return False
        return True

    def sample(self) -> None:
        """Evaluate plainly while being sampled."""
        assert self.sampler.process is not None
        self.sampled_s.append(
            self.sampler.process.evaluate(
                self.function, self.arguments, self._sampled_evaluations
            )
        )

    def end_sampling(self) -> LineSamples | None:
        """What was seen."""
        assert self.sampler.process is not None
        try:
            return self.sampler.process.end()
        except PeekError as error:
            self.sampler.give_up(str(error))
            return None


def time_of(
    function: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int
) -> float:
    """Time of one evaluation, s, without what it takes to free the result."""
    total = 0
    for _ in range(evaluations):
        fresh = given(arguments)
        start = perf_counter_ns()
        result = function(*fresh)
        total += perf_counter_ns() - start
        del result
    return max(total * 1e-9 / evaluations - clock_s(), 1e-9)


def _restoring_s(arguments: tuple[Any, ...]) -> float:
    """Time to get the arguments as they were at first, s; 0 where nothing changes them."""
    if not isinstance(arguments, RestoredArguments):
        return 0.0
    start = perf_counter_ns()
    given(arguments)
    return (perf_counter_ns() - start) * 1e-9


@functools.cache
def clock_s() -> float:
    """Time between two readings of the clock with nothing in between, s."""
    times = []
    for _ in range(200):
        start = perf_counter_ns()
        times.append(perf_counter_ns() - start)
    return statistics.median(times) * 1e-9
