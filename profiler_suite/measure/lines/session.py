"""Profiles functions one by one: plain and sampled evaluations in turns, then profiled ones."""

import gc
from collections.abc import Callable
from types import FunctionType
from typing import Any

from profiler_suite.measure.arguments import given
from profiler_suite.measure.lines import events
from profiler_suite.measure.lines.calibrate import calibrate
from profiler_suite.measure.lines.functions import functions_to_profile
from profiler_suite.measure.lines.instrument import Instrumentation, all_codes, on_copies
from profiler_suite.measure.lines.profile import Profile, of_rounds, of_samples
from profiler_suite.measure.lines.rounds import (
    COUNT_SHARE,
    EvaluationRounds,
    SharedSampler,
    time_of,
)
from profiler_suite.measure.reading.peek import PeekError


class LineSession:
    """What profiling many functions in one process shares: costs and the sampling process."""

    def __init__(self, sampling: bool = True) -> None:
        self._sampler = SharedSampler(sampling)
        self.costs, self._reference = calibrate()

    @property
    def note(self) -> str:
        """Why lines are not sampled; empty when they are."""
        return self._sampler.note

    def close(self) -> None:
        """End the sampling process."""
        self._sampler.close()

    def profile(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
    ) -> Profile | None:
        """Lines of the function and its own module's callees; None when it is compiled."""
        functions = functions_to_profile(function, arguments)
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

    def sample_once(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], once_s: float
    ) -> Profile | None:
        """Lines of one evaluation by samples alone, as it takes long; None when it is compiled.

        line_profiler would slow it many times, and hits are not worth as much.
        """
        functions = functions_to_profile(function, arguments)
        if not functions:
            return None
        rounds = EvaluationRounds(
            self._sampler, self._reference, functions, function, arguments, once_s, once_s
        )
        if not rounds.sampling():
            raise PeekError(
                f"{self.note}, and line_profiler would slow a call of {once_s:.0f} s"
            )
        try:
            rounds.sample()
        finally:
            seen = rounds.end_sampling()
        if seen is None or not seen.samples:
            raise PeekError(self.note or "no sample found the function running")
        return of_samples(rounds, seen)

    def _profile(
        self,
        functions: list[FunctionType],
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        seconds: float,
    ) -> Profile:
        once_s = time_of(function, arguments, 1)
        if once_s < seconds:
            once_s = min(once_s, time_of(function, arguments, 1))
        rounds = EvaluationRounds(
            self._sampler, self._reference, functions, function, arguments, once_s, seconds
        )
        sampling = rounds.sampling()
        samples = None
        try:
            for _ in range(rounds.count):
                rounds.plain()
                if sampling:
                    rounds.sample()
        finally:
            if sampling:
                samples = rounds.end_sampling()
        instrumented = Instrumentation(functions)
        for _ in range(rounds.count):
            rounds.profiled(instrumented)
        with on_copies(functions):
            codes = all_codes(functions)
            counted = events.count(function, given(arguments), codes, COUNT_SHARE * seconds)
        return of_rounds(rounds, self.costs, instrumented.stats(), counted, samples)
