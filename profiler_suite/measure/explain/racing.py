"""A function against another one that is to answer as it does, in the process of both.

Each is called on the arguments of the first. The answers are compared on them and on others;
then both are visited in turn, on the same copy of the arguments where neither changes it:
another copy lies elsewhere in memory, and that alone may take some percent.
"""

import warnings
from collections.abc import Callable
from typing import Any

import msgspec
import threadpoolctl

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure import timing
from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.explain.alone import ITERATOR, NO_ITERATOR, UNREPEATABLE
from profiler_suite.measure.explain.answers import checks
from profiler_suite.measure.explain.first_call import first_call
from profiler_suite.measure.explain.guarding.guard import FIRST_CALL, LOADING
from profiler_suite.measure.explain.pairs import PairPlan, Visits, in_turn
from profiler_suite.measure.explain.peak import peak_bytes
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.rows import Visit
from profiler_suite.workloads import own_modules, user_function
from profiler_suite.workloads.own_modules import ModulesInTurn
from profiler_suite.workloads.user_function import FunctionCall

# Of undisturbed pairs ten make a median; some are disturbed.
_LEAST_PAIRS, _MOST_PAIRS = 14, 60
# Processes differ by more than this: another one tells more than further visits of this one.
_NARROW = 0.003
# For comparing answers on other arguments.
_CHECKING_S = 4.0
# What passes may take beyond that before a function counts as hanging.
_EXPECTED_S = 30.0

Function = Callable[..., Any]


class Contest:
    """Both functions with their arguments, and whose modules are in place."""

    def __init__(self, before: Subject, after: Subject, turn: ModulesInTurn) -> None:
        self.before, self.after = before, after
        self.turn = turn
        self._order = _order(before.given.values, after.given.values)

    @property
    def sides(self) -> tuple[Subject, Subject]:
        """The first one and the other."""
        return self.before, self.after

    def in_place(self, side: int) -> Function:
        """The function of that side, called as the first one is, among its own modules."""
        function = self.sides[side].function
        order = self._order if side else None

        def called(*given: Any) -> Any:
            with self.turn.of(side):
                return function(*(given if order is None else [given[n] for n in order]))

        return called

    def arguments(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """What each side is timed on: one and the same copy where neither changes it."""
        own = self.before.arguments()
        other = self.after.arguments()
        restored = any(isinstance(each, RestoredArguments) for each in (own, other))
        if restored or self._order is not None:
            return own, other
        return own, own


def _order(before: tuple[Any, ...], after: tuple[Any, ...]) -> list[int] | None:
    """Where the other function's positional arguments are among the first one's.

    None where they stand in the same order: keywords may be bound otherwise.
    """
    if len(before) == len(after) and all(a is b for a, b in zip(before, after, strict=True)):
        return None
    places = {id(value): number for number, value in enumerate(before)}
    return [places[id(value)] for value in after if id(value) in places]


def attempt(subject: Subject, trial: Trial) -> TrialResult:
    """Race the function of the subject against that of the trial's target."""
    beside = own_modules.modules_beside
    turn = ModulesInTurn((beside(subject.called.name), beside(trial.target)))
    given = (subject.called.args, subject.called.kwargs)
    with turn.of(1), subject.guard.one_call(LOADING):
        function = user_function.function_of(trial.target)
        called = user_function.call_of(trial.target, function, given, subject.called.setup)
    return race(subject, called, trial, turn)


def race(
    subject: Subject, called: FunctionCall, trial: Trial, turn: ModulesInTurn
) -> TrialResult:
    """Race the function of the subject against that of the call, in this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with threadpoolctl.threadpool_limits(limits=subject.threads):
            return _raced(subject, called, trial, turn)


def _raced(
    subject: Subject, called: FunctionCall, trial: Trial, turn: ModulesInTurn
) -> TrialResult:
    guard = subject.guard
    with guard.stage(FIRST_CALL):
        first = first_call(subject)
    other = Subject(
        called, subject.effort, subject.threads, copy=subject.given.copied, guard=guard
    )
    other.first_call = f"{FIRST_CALL} of {called.name}"
    try:
        with turn.of(1), guard.stage(other.first_call):
            second = first_call(other)
    except (FunctionError, UsageError) as error:
        if trial.answer == "unchecked":  # it was called before, in another process
            raise
        return _refused(trial, str(error))
    guard.returned(max(first.cold_s, second.cold_s))
    if first.iterates is not second.iterates and trial.answer == "same":
        return _refused(trial, ITERATOR if second.iterates else NO_ITERATOR)
    contest = Contest(subject, other, turn)
    found = TrialResult(trial=trial, before=(), after=())
    if trial.answer == "same":
        with guard.stage(f"comparing answers with {called.name}", _EXPECTED_S):
            found = _compared(contest, found)
        if not found.same:
            return found
    plan = PairPlan(
        least=_LEAST_PAIRS,
        most=_MOST_PAIRS,
        enough_s=subject.effort.trial_s,
        narrow=_NARROW,
    )
    with guard.stage(f"racing {called.name}", _EXPECTED_S):
        arguments = contest.arguments()
        before, after = _visits(contest, arguments, plan)
        peaks = _peaks(contest, arguments) if trial.answer == "same" else (0.0, 0.0)
    return msgspec.structs.replace(found, before=before, after=after, peak_bytes=peaks)


def _refused(trial: Trial, reason: str) -> TrialResult:
    return TrialResult(trial=trial, before=(), after=(), same=False, reason=reason)


def _compared(contest: Contest, found: TrialResult) -> TrialResult:
    """The result with what comparing the answers says; not `same` where they differ."""
    before, after = contest.in_place(0), contest.in_place(1)
    try:
        seen = checks.agreement(before, after, contest.before.arguments, most_s=_CHECKING_S)
    except Exception as error:  # noqa: BLE001 - an answer that cannot be compared, a second call
        return _refused(found.trial, f"its answer cannot be compared: {error}")
    if not seen.same and not _repeats(before, contest.before):
        return msgspec.structs.replace(found, reason=UNREPEATABLE)
    return checks.with_agreement(found, seen)


def _repeats(function: Function, subject: Subject) -> bool:
    """Whether it answers as it did before, on the same arguments."""
    return checks.agreement(function, function, subject.arguments, others=False).same


def _visits(
    contest: Contest, arguments: tuple[tuple[Any, ...], tuple[Any, ...]], plan: PairPlan
) -> Visits:
    prepared = []
    for side, subject in enumerate(contest.sides):
        contest.turn.turn(side)
        prepared.append(_prepared(subject, arguments[side]))

    def visit(side: int) -> Visit:
        contest.turn.turn(side)
        subject = contest.sides[side]
        name = ("before", "after")[side]
        # One subject's clock and canaries serve both sides.
        return contest.before.visit(name, subject.function, arguments[side], prepared[side])

    visits = in_turn(visit, plan, contest.before.effort.seed)
    contest.turn.turn(0)
    return visits


def _prepared(subject: Subject, arguments: tuple[Any, ...]) -> timing.PreparedCall:
    if subject.plan.long:
        return timing.PreparedCall(cold_s=0.0, evaluations=1, samples=1)
    return timing.prepare(subject.function, arguments)


def _peaks(
    contest: Contest, arguments: tuple[tuple[Any, ...], tuple[Any, ...]]
) -> tuple[float, float]:
    """Most memory that one evaluation holds at once, of both sides; 0 where not known."""
    found = []
    for side, subject in enumerate(contest.sides):
        with contest.turn.of(side):
            long = subject.plan.long
            found.append(0.0 if long else peak_bytes(subject.function, arguments[side]))
    before, after = found
    return before, after
