"""Traces a function: runs it once with counting arrays and adds up what it did."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from profiler_suite.errors import UsageError
from profiler_suite.measure.trace import recording, summary
from profiler_suite.measure.trace.keeping import OperandKeeper
from profiler_suite.measure.trace.lending import Loan
from profiler_suite.measure.trace.patches import Patches
from profiler_suite.measure.trace.plain_ufuncs import PlainUfuncs
from profiler_suite.measure.trace.reach.surroundings import (
    namespaces_of,
    without_partial,
)
from profiler_suite.measure.trace.recorder import Recorder
from profiler_suite.measure.trace.recording import Gauge
from profiler_suite.model.trace import OperationCounts


def trace(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    seconds: float = 0.0,
    gauge: Gauge | None = None,
    keeper: OperandKeeper | None = None,
    further: Callable[[], Sequence[Any] | None] | None = None,
) -> tuple[Any, OperationCounts]:
    """Run a function once and count its operations; returns its result and the counts.

    The function gets counting views of its array arguments, in containers and objects to
    any depth, and of the arrays that the globals, closures, defaults and classes hold that
    it and the user's functions it calls refer to. Subclasses keep their class. What it
    does to its arguments it does to the caller's arrays. An exception of the function
    comes through unchanged. Nothing is timed: counting takes longer. Where `seconds` of CPU
    time are given, calls are recorded one and all for half of them, then a sample of each
    line's, which stands for the others; what takes very long ends before the function does,
    keeps what it has, and returns None. A gauge is told when this thread enters and leaves
    compiled code; a keeper is offered the calls that are recorded. For the gauge alone, it is
    run again on the arguments that `further` gives, until that gives None: to prepare a trace
    goes through every loaded module, which takes longer than many a function.
    """
    given = function
    function, args, kwargs = without_partial(function, tuple(args), dict(kwargs or {}))
    recorder = Recorder(seconds)
    recorder.keeper = keeper
    if not recording.begin(recorder, gauge):
        raise UsageError(
            "a trace is already under way in this process; trace one function at a time"
        )
    borrowed = Loan(seconds)
    try:
        try:
            lent_args = borrowed.lend(args)
            lent_kwargs = {name: borrowed.lend(value) for name, value in kwargs.items()}
            borrowed.lend_surroundings(function)
            borrowed.lend_memories()
            users = PlainUfuncs(borrowed.functions)
            with Patches(namespaces_of(function)) as patches, users:
                counting = patches.stand_in(function)
                result = _result(recorder, counting, lent_args, lent_kwargs)
                while further is not None:
                    recording.end()
                    again = further()
                    if again is None:
                        break
                    _, args, kwargs = without_partial(given, tuple(again), {})
                    _run_again(counting, args, kwargs, Recorder(seconds), gauge)
        finally:
            recording.end()
        result = borrowed.plain(result)
    finally:
        borrowed.give_back()
    return result, summary.counts(recorder)


def _run_again(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    recorder: Recorder,
    gauge: Gauge | None,
) -> None:
    """Once more, in the trace's place; what is counted is dropped."""
    borrowed = Loan()
    recording.begin(recorder, gauge)
    try:
        lent = {name: borrowed.lend(value) for name, value in kwargs.items()}
        _result(recorder, function, borrowed.lend(args), lent)
    finally:
        borrowed.give_back()


def _result(
    recorder: Recorder,
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    try:
        with recording.CODE:
            return enter_traced_function(function, args, kwargs)
    # Compiled code in between may have made another exception of it.
    except BaseException:
        if not recorder.stopped:
            raise
        return None


def enter_traced_function(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """Call the function; who looks for the user's line goes no further up than here."""
    return function(*args, **kwargs)
