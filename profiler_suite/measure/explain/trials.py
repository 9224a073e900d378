"""Tries on the machine what might be advised: both sides in turn, answers compared."""

import functools
import inspect
import math
import textwrap
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import threadpoolctl

from profiler_suite.errors import FunctionError
from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain import batches
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.pairs import EarlyEnd
from profiler_suite.measure.explain.peak import peak_bytes
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.measure.explain.subject import Subject, TriedBefore
from profiler_suite.measure.explain.subject_pairs import LEAST_PAIRS, Side, glance, pairs
from profiler_suite.measure.explain.substitution import (
    UntriableError,
    buffers,
    move_off_the_heap,
    substituted,
)
from profiler_suite.measure.explain.ways import numba_port
from profiler_suite.measure.threads import rest
from profiler_suite.model.trace import Operation
from profiler_suite.model.trial import TrialKind
from profiler_suite.workloads import user_function

# Three calls of each side tell what gains nothing, in a hundredth of the time.
_LEAST_GLANCE = 1.02
# A gain of as much needs few pairs to be seen.
_PLAIN_GAIN = 3.0
# Which need not be known well: that another way is 100 times as fast is no other advice than
# that it is 105 times as fast.
_NARROW = 0.05
# With two pairs of a long function only as much is sure, beside other processes.
_LARGE_GAIN = 10.0
# Of a smaller one, and of one of few pairs, as a logarithm: what differs by less than this
# share of it tells it well enough.
_OF_THE_GAIN = 0.15
# What clearly gains less than this is not timed any further.
_WORTH = 1.03
# Of what a rewrite raised, letters: NumPy lists every dtype that it knows of.
_MOST_TOLD = 120
# What takes longer is not called once more for its memory alone: with every allocation noted,
# a loop of Python takes ten times as long.
_LONG_S = 0.1

# Of other arguments, with the last of which it may have just begun; and of compiling.
_CHECKING_S = 30.0


def attempt(subject: Subject, operations: Sequence[Operation], trial: Trial) -> TrialResult:
    """Try one thing; what goes wrong is the reason that comes back.

    `operations` are those that were explained; only a batch needs them.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _attempt(subject, operations, trial)


def _attempt(subject: Subject, operations: Sequence[Operation], trial: Trial) -> TrialResult:
    try:
        return _guarded(subject, operations, trial)
    except UntriableError as error:
        reason = str(error)
    # A rewrite may be wrong in any way: then it is not advised.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        reason = str(numba_port.unported(error) or _raised(error))
    return TrialResult(trial=trial, before=(), after=(), same=False, reason=reason)


def _raised(error: BaseException) -> str:
    """What a rewrite raised, without the place, which nobody has seen."""
    first = error.__cause__ if isinstance(error, FunctionError) and error.__cause__ else error
    told = textwrap.shorten(str(first), _MOST_TOLD, placeholder=" …")
    return f"it raised {type(first).__name__}: {told}"


def _guarded(subject: Subject, operations: Sequence[Operation], trial: Trial) -> TrialResult:
    with subject.guard.stage(f"trying {trial.kind}", _CHECKING_S):
        if trial.kind is TrialKind.THREADS:
            return _threads(subject, trial)
        with threadpoolctl.threadpool_limits(limits=subject.threads):
            if trial.kind is TrialKind.BATCH:
                return _batch(subject, operations[trial.operation], trial)
            if trial.kind is TrialKind.VERSUS:
                return _versus(subject, trial)
            return _compared(subject, trial)


# -------------------------------------------------- another function, same answer


def _compared(subject: Subject, trial: Trial) -> TrialResult:
    """A function that is to answer as the subject does, checked and timed against it."""
    function, namespace = _other(subject, trial)
    convert = _converting(subject, trial)
    answered = _answered(subject)
    # A doubtful gain is measured again; the answers are what they were.
    key = msgspec.json.encode(trial)
    known = subject.tried.get(key)
    if known is None:
        found = _agreement(subject, trial, function, convert, namespace)
    else:
        found = known.agreement
        function(*convert(subject.arguments()))  # makes the arrays that it keeps
    tried = checks.with_agreement(TrialResult(trial=trial, before=(), after=()), found)
    if not found.same:
        return tried
    move_off_the_heap(namespace)
    sides = _sides(subject, trial, function, convert)
    long_s = answered.took_s if answered is not None else 0.0
    before_s = long_s if long_s > _LONG_S else 0.0
    at_a_glance = glance(*sides, before_s)
    if at_a_glance < _LEAST_GLANCE:
        return tried
    plain = at_a_glance > _PLAIN_GAIN
    few = 1 if at_a_glance > _LARGE_GAIN else 2
    least = few if plain and before_s else LEAST_PAIRS
    early = EarlyEnd(worth=_WORTH, narrow=_NARROW, of_gain=_OF_THE_GAIN)
    if plain:
        early = EarlyEnd(worth=_WORTH, narrow=_NARROW, telling=LEAST_PAIRS)
    if least < LEAST_PAIRS:
        early = msgspec.structs.replace(early, narrow=_OF_THE_GAIN * math.log(at_a_glance))
    before, after = pairs(
        subject,
        *sides,
        patience=0.5 if plain else 1.0,
        least=least,
        before_s=before_s,
        early=early,
    )
    if known is None:
        long = min(before[0].sample_times_s, default=0.0) > _LONG_S
        peaks = (0.0, 0.0) if long else _peaks(subject, function, convert)
        known = subject.tried[key] = TriedBefore(found, peaks)
    return msgspec.structs.replace(
        tried, before=before, after=after, peak_bytes=known.peak_bytes
    )


def _sides(
    subject: Subject,
    trial: Trial,
    function: Callable[..., Any],
    convert: Callable[[tuple[Any, ...]], tuple[Any, ...]],
) -> tuple[Side, Side]:
    """Both functions, on one and the same copy of the arguments where neither changes it.

    Another copy lies elsewhere in memory: of the same function one took 1.3 times as long.
    """
    arguments = subject.arguments()
    if isinstance(arguments, RestoredArguments) or trial.conversions:
        return (subject.function, arguments), (function, convert(subject.arguments()))
    return (subject.function, arguments), (function, arguments)


def _agreement(
    subject: Subject,
    trial: Trial,
    function: Callable[..., Any],
    convert: Callable[[tuple[Any, ...]], tuple[Any, ...]],
    namespace: dict[str, Any],
) -> checks.Agreement:
    """Whether it answers as the subject does, on these arguments and on others."""
    of_arguments = trial.kind is TrialKind.ARGUMENTS
    return checks.agreement(
        subject.function,
        (lambda *given: function(*convert(given))) if of_arguments else function,
        subject.arguments,
        calling=checks.Calling(
            kept=lambda: buffers(namespace), known=_answered(subject), by_names=True
        ),
        answer=trial.answer,
        others=not of_arguments,
        one_size=trial.one_size,
    )


def _answered(subject: Subject) -> checks.Outcome | None:
    """What a long function answers: all that is tried is compared with one call of it."""
    if subject.plan.call_s < _LONG_S:
        return None
    if subject.answered is None:
        subject.answered = checks.Outcome(subject.function, subject.arguments())
    return subject.answered


def _other(subject: Subject, trial: Trial) -> tuple[Callable[..., Any], dict[str, Any]]:
    if trial.kind is TrialKind.COMPILED:
        return _compiled(subject.function), {}
    if trial.kind is TrialKind.ARGUMENTS:
        return subject.function, {}
    return substituted(subject.function, trial.rewrites, subject.called.given)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """By Numba, with its own functions that it calls; compiled before anything is timed."""
    try:
        return numba_port.port(function).function
    except ImportError as error:
        raise UntriableError("Numba is not installed") from error


def _converting(subject: Subject, trial: Trial) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """What makes the converted arguments of the trial."""
    if not trial.conversions:
        return lambda given: given
    names = list(inspect.signature(subject.called.function).parameters)
    wanted = {names.index(name): to for name, to in trial.conversions if name in names}

    def convert(given: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(
            converted(value, wanted[n]) if n in wanted else value
            for n, value in enumerate(given)
        )

    return convert


def converted(value: Any, to: str) -> Any:
    """An array in another dtype or memory order; numbers that would change raise."""
    if to == "row order":
        return np.ascontiguousarray(value)
    if to == "column order":
        return np.asfortranarray(value)
    if to == "native":
        return value.astype(value.dtype.newbyteorder("="))
    if to == "real":
        if np.any(value.imag):
            raise UntriableError("its imaginary part is not zero")
        return np.ascontiguousarray(value.real)
    made = value.astype(np.dtype(to))
    if value.dtype.kind == "O" and not np.array_equal(made.astype(object), value):
        raise UntriableError(f"its values are no {to}")
    return made


def _versus(subject: Subject, trial: Trial) -> TrialResult:
    other = user_function.load(trial.target, trial.setup)
    function = (
        functools.partial(other.function, **other.kwargs) if other.kwargs else other.function
    )
    before, after = pairs(
        subject, (subject.function, subject.arguments()), (function, other.args)
    )
    return TrialResult(trial=trial, before=before, after=after)


def _peaks(
    subject: Subject,
    function: Callable[..., Any],
    convert: Callable[[tuple[Any, ...]], tuple[Any, ...]],
) -> tuple[float, float]:
    """Most memory that one evaluation holds at once, of both sides, bytes."""
    if subject.peak_bytes is None:
        subject.peak_bytes = peak_bytes(subject.function, subject.arguments())
    before = subject.peak_bytes
    after = peak_bytes(function, convert(subject.arguments())) if before else 0.0
    return (before, after) if after else (0.0, 0.0)


# ------------------------------------------------- threads, and many operands at once


def _threads(subject: Subject, trial: Trial) -> TrialResult:
    controller = threadpoolctl.ThreadpoolController()
    limits = (subject.threads, trial.threads)
    current = 0

    def around(side: int) -> None:
        nonlocal current
        if limits[side] != current:
            controller.limit(limits=limits[side])
            if current > limits[side]:
                rest()
            current = limits[side]

    saved = {each.filepath: each.num_threads for each in controller.lib_controllers}
    arguments = subject.arguments()
    try:
        side = subject.function, arguments
        before, after = pairs(subject, side, side, around, early=EarlyEnd(worth=_WORTH))
    finally:
        for each in controller.lib_controllers:
            each.set_num_threads(saved[each.filepath])
    return TrialResult(trial=trial, before=before, after=after)


def _batch(subject: Subject, operation: Operation, trial: Trial) -> TrialResult:
    """One call over all operands stacked, against one of the traced calls."""
    single, many, scale = batches.sides(operation, trial.iterations)
    early = EarlyEnd(narrow=_NARROW, telling=LEAST_PAIRS)
    before, after = pairs(subject, single, many, early=early)
    after = tuple(
        msgspec.structs.replace(
            visit,
            sample_times_s=tuple(t * scale for t in visit.sample_times_s),
            lost_s=tuple(t * scale for t in visit.lost_s),
        )
        for visit in after
    )
    return TrialResult(trial=trial, before=before, after=after, calls=operation.calls)
