"""A function of a person's own that is being explained, with its arguments and canaries."""

from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, NamedTuple

from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.explain.answers.checks import Agreement, Outcome
from profiler_suite.measure.explain.answers.given_arguments import GivenArguments
from profiler_suite.measure.explain.guarding.guard import FIRST_CALL, FunctionGuard
from profiler_suite.measure.explain.records import ExplainEffort, FunctionRecord
from profiler_suite.measure.explain.time_plan import plan_for
from profiler_suite.model.rows import Visit
from profiler_suite.workloads import user_function
from profiler_suite.workloads.user_function import FunctionCall


class TriedBefore(NamedTuple):
    """What does not change when the same thing is tried again."""

    agreement: Agreement
    peak_bytes: tuple[float, float]


class Subject:
    """A function that is being explained: it can be called, and visited between canaries."""

    def __init__(
        self,
        called: FunctionCall,
        effort: ExplainEffort,
        threads: int,
        *,
        copy: bool,
        guard: FunctionGuard,
    ) -> None:
        self.called = called
        self.guard = guard
        self.effort = effort
        self.threads = threads
        self.notes: list[str] = []
        self.first_call = FIRST_CALL
        """What a call is named while it runs."""
        self.tell_first: Callable[[FunctionRecord], None] | None = None
        """Told what is known long before all passes are done; None: nobody waits for that."""
        self.tried: dict[bytes, TriedBefore] = {}
        """By the trial, as JSON."""
        self.prepared: timing.PreparedCall | None = None
        """Of the function as it is, which stands on one side of many pairs."""
        self.peak_bytes: float | None = None
        """The most memory that it holds at once, once that was looked at."""
        self.sampling_allowed = True
        """Whether another process may look at this one while lines are profiled."""
        self.answered: Outcome | None = None
        """What a long function answered, once it was called for that."""
        self.plan = plan_for(effort)
        self.given = GivenArguments(
            called, copy=copy, memory_bytes=effort.memory_bytes, notes=self.notes
        )
        self.function = self.given.function
        large = canary.needs_memory(self.given.nbytes, effort.last_cache_bytes)
        names = ("memory", "ufunc") if large else ("ufunc",)
        self.canaries = {name: canary.make(name) for name in names}
        self._begun_ns = perf_counter_ns()

    def arguments(self) -> tuple[Any, ...]:
        """As they were given; a copy where that is wanted and possible."""
        return self.given.fresh()

    def call(self, *arguments: Any) -> Any:
        """Call it once; what it raises becomes a FunctionError with the user's line.

        A request to stop is none: it belongs to whoever called.
        """
        with self.guard.one_call(self.first_call):
            try:
                return self.function(*arguments)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                raise user_function.failure(error, self.called.name) from error

    def visit_of_first_call(self, cold_s: float, minor_faults: float) -> Visit:
        """The first call as a visit, should there be no time for another; canaries after it."""
        after_s = {name: run() for name, run in self.canaries.items()}
        return Visit(
            point="",
            at_s=(perf_counter_ns() - self._begun_ns) * 1e-9,
            sample_times_s=(cold_s,),
            canaries_s={name: (time_s, time_s) for name, time_s in after_s.items()},
            minor_faults=minor_faults,
        )

    def visit(
        self,
        name: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        prepared: timing.PreparedCall,
    ) -> Visit:
        """One visit between the canaries."""
        self.guard.another_call()
        at_s = (perf_counter_ns() - self._begun_ns) * 1e-9
        found = timing.visit(function, arguments, prepared, self.canaries)
        return Visit(
            point=name,
            at_s=at_s,
            sample_times_s=found.samples_s,
            canaries_s=found.canaries_s,
            minor_faults=found.minor_faults,
            lost_s=found.lost_s,
        )
