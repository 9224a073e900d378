"""Measures one function of a person's own: times, operations, native samples, lines.

Each pass gets its own copy of the arguments. What one pass cannot do is named,
the others stand: a function that cannot be traced is still timed, sampled and
line-profiled.
"""

import collections.abc
import functools
import inspect
import warnings
from collections.abc import Callable, Iterable
from time import perf_counter, perf_counter_ns
from types import CodeType
from typing import Any

import threadpoolctl

from profiler_suite.errors import FunctionError
from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.arguments import ArgumentChange
from profiler_suite.measure.breakdown import per_point as breakdown_pass
from profiler_suite.measure.breakdown import replay
from profiler_suite.measure.breakdown.coverage import counted
from profiler_suite.measure.explain import restoring
from profiler_suite.measure.explain.answer_parts import arrays_of
from profiler_suite.measure.explain.guard import FIRST_CALL, FunctionGuard
from profiler_suite.measure.explain.names_in_words import bound_names, watch_names
from profiler_suite.measure.explain.records import ExplainEffort, FunctionRecord, SourceText
from profiler_suite.measure.explain.same_answer import arrays_in, compare, copied, in_words
from profiler_suite.measure.explain.time_plan import TimePlan
from profiler_suite.measure.lines.functions import functions_to_profile, python_function
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.model.rows import BreakdownRecord, LineRecord, Visit
from profiler_suite.model.trace import Operation, OperationCounts
from profiler_suite.workloads import user_function, verification
from profiler_suite.workloads.user_function import FunctionCall

_FEWEST_VISITS, _MOST_VISITS = 3, 400
_WANTED_UNDISTURBED = 12
# Hashing and copying more than this takes seconds.
_MOST_CHECKED_BYTES = 2 * 2**30
_MOST_NAMED = 4
# What passes may take beyond the time they are given before a function counts as hanging:
# calls that are slowed by a trace or a profiler, and rounds that cannot be left half done.
_FEW_CALLS, _MANY_CALLS, _MUCH = 20.0, 60.0, 10.0


class Subject:
    """A function that is being explained, with its arguments and its canaries."""

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
        self.function, self._arguments = _positional(called)
        self._copies = copy
        self.notes: list[str] = []
        self.repeatable = True
        self.sampling_allowed = True
        """Whether another process may look at this one while lines are profiled."""
        self.plan = TimePlan(effort.budget_s)
        self._changes: tuple[ArgumentChange, ...] = ()
        self._names_given = tuple(_parameters(called.function))
        self.counts: OperationCounts | None = None
        self.argument_bytes = float(sum(a.nbytes for a in arrays_in(self._arguments)))
        large = canary.needs_memory(self.argument_bytes, effort.last_cache_bytes)
        names = ("memory", "ufunc") if large else ("ufunc",)
        self.canaries = {name: canary.make(name) for name in names}
        self._begun_ns = perf_counter_ns()
        if any(isinstance(each, collections.abc.Iterator) for each in self._arguments):
            self.notes.append("an iterator among its arguments is used up by the first call")
        if copy and effort.memory_bytes and self.argument_bytes > 0.2 * effort.memory_bytes:
            self._copies = False
            self.notes.append("its arguments are too large to copy: all passes share them")

    # ------------------------------------------------------------- arguments

    def arguments(self) -> tuple[Any, ...]:
        """A copy of the arguments, or themselves where copying is unwanted or impossible."""
        if not self._copies:
            return self._arguments
        try:
            if self._changes:
                return restoring.restored(self._arguments, self._changes, self._names_given)
            return copied(self._arguments)
        except Exception as error:  # noqa: BLE001 - generators, locks, open files
            self._copies = False
            self.notes.append(f"its arguments cannot be copied ({error}): passes share them")
            return self._arguments

    # -------------------------------------------------------------- measuring

    def explain(self) -> FunctionRecord:
        """All passes; raises FunctionError when the function raises."""
        # A warning of the function's own says nothing new the thousandth time.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._explained()

    def _explained(self) -> FunctionRecord:
        effort, stage = self.effort, self.guard.stage
        with threadpoolctl.threadpool_limits(limits=self.threads):
            with stage(FIRST_CALL):
                cold_s, result = self._first_call()
            plan = self.plan
            with stage("timing", left_s=plan.left_s(plan.visits(_FEWEST_VISITS))):
                prepared, visits = self._timed(cold_s)
            expected_s = _MUCH * (plan.trace_s(effort.trace_s) + effort.coverage_s)
            with stage("tracing operations", expected_s, plan.left_s()):
                traced = self._traced()
            expected_s = _FEW_CALLS * cold_s + _MUCH * (effort.replay_s + effort.sample_s)
            left_s = plan.left_s(traced=False)
            with stage("replaying operations, sampling native code", expected_s, left_s):
                breakdown_record = self._has_record(traced, visits)
            expected_s = _MANY_CALLS * cold_s + _MUCH * (1 + effort.lines_s)
            left_s = plan.left_s(traced=False, replayed=False)
            with stage("profiling lines", expected_s, left_s):
                lines = self._lines(cold_s)
                sources = self._sources()
        if plan.thrifty:
            self.notes.append(plan.in_words(len(visits)))
        counts = self.counts
        traced_operations = counts.operations if counts else ()
        start = python_function(self.called.function)
        return FunctionRecord(
            name=self.called.name,
            setup=self.called.setup,
            file=start.__code__.co_filename if start else "",
            line=start.__code__.co_firstlineno if start else 0,
            threads=self.threads,
            arguments=self._argument_words(),
            result=in_words(result),
            argument_bytes=self.argument_bytes,
            result_bytes=float(sum(a.nbytes for a in arrays_of(result))),
            cold_s=cold_s,
            evaluations=prepared.evaluations,
            visits=visits,
            own_baselines_s=canary.own_baselines(visits),
            empty_call_s=_empty_call_s(),
            breakdown_record=breakdown_record,
            operations=tuple(
                breakdown_pass.costliest(
                    breakdown_pass.gathered(traced_operations), self._most_bytes()
                )
            ),
            bytes_written=float(counts.bytes_written) if counts else 0.0,
            flop_by_dtype=_flop_by_dtype(traced_operations),
            product_flop=sum((o.flop for o in traced_operations if o.kind == "product"), 0.0),
            lines=lines,
            sources=sources,
            strided=self._strided(),
            notes=(*self.notes, *self.guard.notes),
            repeatable=self.repeatable,
        )

    def call(self, *arguments: Any) -> Any:
        """Call it once; what it raises becomes a FunctionError with the user's line.

        A request to stop is none: it belongs to whoever called.
        """
        with self.guard.one_call(FIRST_CALL):
            try:
                return self.function(*arguments)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                raise user_function.failure(error, self.called.name) from error

    def _first_call(self) -> tuple[float, Any]:
        arguments = self.arguments()
        checked = self.argument_bytes < _MOST_CHECKED_BYTES
        before = "" if self._copies or not checked else verification.fingerprint(arguments)
        first = timing.Stopwatch(self.call)
        result = first(*arguments)
        cold_s = first.last_s
        self.guard.returned(cold_s)
        user_function.refuse_coroutine_result(result, self.called.name)
        self.plan.returned(cold_s)
        if isinstance(result, collections.abc.Iterator):
            self.function = _consuming(self.function)
            self.notes.append("it returns an iterator, which is consumed in every evaluation")
            arguments = self.arguments()
            first = timing.Stopwatch(self.call)
            result = first(*arguments)
            cold_s = first.last_s
        if self._copies and checked:
            changed = self._note_changes(arguments)
        else:
            changed = checked and verification.fingerprint(arguments) != before
            if changed:
                self._check_again(arguments)
        if not self.plan.long and checked:
            again = self.call(*self.arguments())
            # Compared with the copy's own answer: a changed argument may be the result.
            self.repeatable = compare(result, again).same
            if not self.repeatable and not changed:
                self.notes.append(
                    "its result differs from call to call (randomness or state of its own)"
                )
        return cold_s, result

    def _note_changes(self, arguments: tuple[Any, ...]) -> bool:
        try:
            self._changes = restoring.changes(self._arguments, arguments, self._names_given)
        except Exception as error:  # noqa: BLE001 - a length or an equality of the user's own
            self.notes.append(
                f"whether it changes its arguments cannot be told ({type(error).__name__})"
            )
        if not self._changes:
            return False
        names = [change.name for change in self._changes]
        shown = ", ".join(names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        self.notes.append(
            f"it changes its arguments ({shown}{more}): before each evaluation they are made "
            "what they were at the first, untimed"
        )
        return True

    def _check_again(self, arguments: tuple[Any, ...]) -> None:
        try:
            self.call(*arguments)
        except FunctionError as error:
            raise FunctionError(
                f"{error}\n  (on the arguments that its first call had changed: it cannot be "
                "repeated; let a zero-argument function make its arguments)"
            ) from error
        self.notes.append(
            "it changes its arguments and they are not copied: each evaluation works on what "
            "the one before left"
        )

    def _timed(self, cold_s: float) -> tuple[timing.PreparedCall, tuple[Visit, ...]]:
        arguments = self.arguments()
        if self.plan.long:
            prepared = timing.PreparedCall(cold_s=cold_s, evaluations=1, samples=1)
        else:
            prepared = timing.prepare(self.function, arguments)
        visits: list[Visit] = []
        baselines = dict(self.effort.baselines_s)
        fewest = _FEWEST_VISITS
        if self.plan.thrifty:
            fewest = self.plan.visits(_FEWEST_VISITS)
        begun = perf_counter()
        while len(visits) < _MOST_VISITS:
            elapsed_s = perf_counter() - begun
            undisturbed = sum(canary.is_undisturbed(visit, baselines) for visit in visits)
            enough = (
                undisturbed >= _WANTED_UNDISTURBED or elapsed_s > 1.75 * self.effort.timing_s
            )
            if self.plan.long and len(visits) >= self.plan.visits(_MOST_VISITS):
                break
            if len(visits) >= fewest and elapsed_s > self.effort.timing_s and enough:
                break
            visits.append(self.visit("", self.function, arguments, prepared))
        return prepared, tuple(visits)

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
        times, pairs, faults = timing.visit(function, arguments, prepared, self.canaries)
        return Visit(
            point=name,
            at_s=at_s,
            sample_times_s=times,
            canaries_s=pairs,
            minor_faults=faults,
        )

    def _traced(self) -> breakdown_pass.TraceOutcome:
        effort = self.effort
        try:
            self.counts, covered = counted(
                self.function,
                self.arguments,
                self.plan.trace_s(effort.trace_s),
                effort.coverage_s,
            )
        except Exception as error:  # noqa: BLE001 - what cannot be traced is still sampled
            return breakdown_pass.TraceOutcome(
                reason=f"{type(error).__name__}: {' '.join(str(error).split())}"
            )
        return breakdown_pass.TraceOutcome(counts=self.counts, coverage=covered)

    def _has_record(
        self,
        traced: breakdown_pass.TraceOutcome,
        visits: tuple[Visit, ...],
    ) -> BreakdownRecord:
        fastest = min(visits, key=lambda visit: min(visit.sample_times_s))
        known = self.plan.thrifty
        baseline_s = self.effort.baselines_s.get("ufunc", 0.0) or self.canaries["ufunc"]()
        return breakdown_pass.breakdown_record(
            self.function,
            self.arguments(),
            replay.BreakdownEffort(
                replay_s=self.effort.replay_s,
                sample_s=self.effort.sample_s,
                baseline_s=baseline_s,
                seed=self.effort.seed,
                least_rounds=1 if known else 3 if self.plan.long else 5,
                plain_s=min(fastest.sample_times_s) if known else 0.0,
                plain_faults=fastest.minor_faults if known else 0.0,
                most_bytes=self._most_bytes(),
                last_cache_bytes=self.effort.last_cache_bytes,
                own_values_s=0.0 if self.plan.long else self.effort.trace_s,
            ),
            self.canaries["ufunc"],
            name=self.called.name,
            traced=traced,
        )

    def _most_bytes(self) -> float:
        return 0.15 * self.effort.memory_bytes

    # -------------------------------------------------------------- its source

    def _lines(self, once_s: float) -> tuple[LineRecord, ...]:
        if not self.effort.lines_s:
            return ()
        if not self.plan.fits_lines():
            self.notes.append("no line profile: no time was left for one more call")
            return ()
        session = LineSession(sampling=self.sampling_allowed)
        try:
            if self.plan.thrifty:
                found = session.look_once(self.function, self.arguments(), once_s)
            else:
                found = session.profile(self.function, self.arguments(), self.effort.lines_s)
        except Exception as error:  # noqa: BLE001 - the other passes stand without lines
            self.notes.append(f"no line profile: {type(error).__name__}: {error}")
            return ()
        finally:
            session.close()
        if found is None:
            self.notes.append("no line profile: it is compiled and has no Python lines")
            return ()
        if found.note:
            self.notes.append(f"line times are modelled, not sampled: {found.note}")
        return records(found, self.called.name, self.called.name)

    def _sources(self) -> tuple[SourceText, ...]:
        functions = functions_to_profile(self.function)
        names = self._names([each.__code__ for each in functions])
        found = []
        for each in functions:
            try:
                lines, first = inspect.getsourcelines(each)
            except (OSError, TypeError):
                continue
            found.append(
                SourceText(
                    file=each.__code__.co_filename,
                    function=each.__name__,
                    first_line=first,
                    text="".join(lines),
                    names=names.get(each.__code__, {}),
                    bound=bound_names(each),
                )
            )
        return tuple(found)

    def _names(self, codes: list[CodeType]) -> dict[CodeType, dict[str, str]]:
        """Of one more call; a function that takes seconds is spared it."""
        if self.plan.long:
            return {}
        return watch_names(self.function, self.arguments(), codes)

    def _argument_words(self) -> tuple[str, ...]:
        names = list(_parameters(self.called.function))
        words = []
        for number, value in enumerate(self.called.args):
            name = f"{names[number]} " if number < len(names) else ""
            words.append(f"{name}{in_words(value)}")
        words += [f"{name} {in_words(value)}" for name, value in self.called.kwargs.items()]
        return tuple(words)

    def _strided(self) -> tuple[str, ...]:
        names = list(_parameters(self.called.function))
        given = {
            **dict(zip(names, self.called.args, strict=False)),
            **self.called.kwargs,
        }
        return tuple(
            name
            for name, value in given.items()
            if any(a is value and not a.flags.c_contiguous for a in arrays_in(value))
        )


def _flop_by_dtype(operations: Iterable[Operation]) -> dict[str, float]:
    """Traced FLOP by the dtype of the results."""
    found: dict[str, float] = {}
    for operation in operations:
        for each in operation.results[:1]:
            found[each.dtype] = found.get(each.dtype, 0.0) + operation.flop
    return found


def _positional(called: FunctionCall) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The call with positional arguments only: keywords that need it are bound beforehand."""
    if not called.kwargs:
        return called.function, called.args
    try:
        bound = inspect.signature(called.function).bind(*called.args, **called.kwargs)
        args, kwargs = bound.args, bound.kwargs
    except (TypeError, ValueError):
        args, kwargs = called.args, called.kwargs
    if not kwargs:
        return called.function, args
    function = functools.partial(called.function, **kwargs)
    function.__wrapped__ = called.function  # type: ignore[attr-defined]
    return function, args


def _consuming(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def consumed(*arguments: Any) -> list[Any]:
        return list(function(*arguments))

    return consumed


def _parameters(function: Callable[..., Any]) -> collections.abc.Iterable[str]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return ()


def _nothing() -> None:
    """Returns at once: what a call itself takes."""


def _empty_call_s() -> float:
    return min(timing.time_evaluations(_nothing, (), 2000, perf_counter_ns) for _ in range(5))
