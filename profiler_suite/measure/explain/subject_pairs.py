"""Both sides of a trial, as the subject visits them: a glance at each, then pairs."""

from collections.abc import Callable
from typing import Any

from profiler_suite.measure import timing
from profiler_suite.measure.explain.pairs import NOT_EARLY, EarlyEnd, PairPlan, Visits, in_turn
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.model.rows import Visit

LEAST_PAIRS = 6
_MOST_PAIRS = 150
# Few calls of each side tell what gains nothing, in a hundredth of the time.
_GLANCES = 3
_GLANCE_S = 2e-4
# Of a call that takes longer the first says enough.
_LONG_S = 0.3

Side = tuple[Callable[..., Any], tuple[Any, ...]]


def glance(before: Side, after: Side, before_s: float = 0.0) -> float:
    """Time before over time after by a few calls of each side; too rough to be advised by.

    `before_s` is what a call of the first side is known to take, if it is long; 0 else.
    """
    least: list[float] = []
    counts: list[int] = []
    for function, arguments in (before, after):
        once = before_s if not least else 0.0
        once = once or timing.running_s(function, arguments, 1)
        counts.append(max(1, min(1000, int(_GLANCE_S / max(once, 1e-9)))))
        least.append(once)
    for _ in range(_GLANCES if least[0] < _LONG_S else 0):
        for number, (function, arguments) in enumerate((before, after)):
            took = timing.running_s(function, arguments, counts[number])
            least[number] = min(least[number], took)
    return least[0] / max(least[1], 1e-12)


def _prepared(subject: Subject, number: int, side: Side) -> timing.PreparedCall:
    """Warmed up and calibrated; the function as it is once, for all pairs that it leads."""
    function, arguments = side
    if number or function is not subject.function:
        return timing.prepare(function, arguments)
    if subject.prepared is None:
        subject.prepared = timing.prepare(function, arguments)
    return subject.prepared


def pairs(
    subject: Subject,
    before: Side,
    after: Side,
    around: Callable[[int], None] = lambda side: None,
    patience: float = 1.0,
    least: int = LEAST_PAIRS,
    before_s: float = 0.0,
    early: EarlyEnd = NOT_EARLY,
) -> Visits:
    """Visits to both sides in turn, `around` called before each.

    `before_s` is what a call of the first side is known to take, if it is long; 0 else. Where
    `least` is less than usual, that call is its first visit, and so many more of each side, or
    a few more, are enough. `early` says when; else when a dozen are.
    """
    sides = (before, after)
    prepared: list[timing.PreparedCall] = []
    for number, (function, arguments) in enumerate(sides):
        around(number)
        if before_s and not prepared:
            prepared.append(timing.PreparedCall(cold_s=before_s, evaluations=1, samples=1))
            continue
        prepared.append(_prepared(subject, number, (function, arguments)))

    def visit(number: int) -> Visit:
        around(number)
        function, arguments = sides[number]
        name = ["before", "after"][number]
        return subject.visit(name, function, arguments, prepared[number])

    few = bool(before_s) and least < LEAST_PAIRS
    most = _MOST_PAIRS if not few else LEAST_PAIRS if least > 1 else 1
    known = (subject.visit_of_first_call(before_s, 0.0),) if few else ()
    others = tuple(visit(1) for _ in known)
    plan = PairPlan(
        least=least,
        most=most,
        enough_s=LEAST_PAIRS * before_s if few else patience * subject.effort.trial_s,
        narrow=early.narrow,
        of_gain=early.of_gain,
        worth=0.0 if few else early.worth,
        telling=least if few else early.telling,
    )
    one, other = in_turn(visit, plan, subject.effort.seed)
    return (*known, *one), (*others, *other)
