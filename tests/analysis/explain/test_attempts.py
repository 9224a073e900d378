"""Trials: a limit of time, a second look at doubtful gains, and what helped together."""

from collections.abc import Callable

import msgspec
import pytest

from profiler_suite.analysis.explain import attempts, second_round
from profiler_suite.analysis.explain.rules.observed import Finding
from profiler_suite.measure.explain.records import Trial, TrialResult
from profiler_suite.model.trial import TrialKind
from tests.analysis.explain.rules.own_function import Own
from tests.analysis.explain.test_advice import FLOORS, visits

OWN = Own("def f(x):\n    return x\n", 1.0)


def finding(share: float = 1.0, **fields: object) -> Finding:
    return Finding(
        title="t", evidence="e", trial=Trial(kind=TrialKind.REWRITE), share=share, rule="r"
    )


def answering(*gains: float) -> tuple[Callable[[Trial], TrialResult], list[Trial]]:
    asked: list[Trial] = []

    def attempt(trial: Trial) -> TrialResult:
        gain = gains[min(len(asked), len(gains) - 1)]
        asked.append(trial)
        return TrialResult(trial=trial, before=visits(1e-3 * gain), after=visits(1e-3))

    return attempt, asked


def tried(
    monkeypatch: pytest.MonkeyPatch,
    found: list[Finding],
    attempt: Callable[[Trial], TrialResult],
    clock: Callable[[], float] = lambda: 0.0,
) -> tuple[attempts.Attempt, ...]:
    monkeypatch.setattr(attempts, "candidates", lambda seen: found)
    return attempts.attempts(OWN.observed, attempt, FLOORS, clock)


@pytest.mark.parametrize(
    ("share", "gains", "calls", "gain"),
    [
        (1.0, (3.0,), 1, 3.0),  # plain: once
        (1.0, (1.4, 1.3), 2, 1.3),  # small: twice, the smaller counts
        (1.0, (1.4, 1.0), 2, None),  # not reproduced
        (0.08, (7.0, 1.08), 2, 1.08),  # more than its lines take
        (0.08, (7.0, 6.0), 2, None),
        (1.0, (1.0,), 1, None),
    ],
)
def test_doubtful_gains_are_measured_again(
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    gains: tuple[float, ...],
    calls: int,
    gain: float | None,
) -> None:
    monkeypatch.setattr(type(OWN.observed), "lines_are_timed", True)
    attempt, asked = answering(*gains)
    (done,) = tried(monkeypatch, [finding(share)], attempt)
    assert len(asked) == calls
    found = attempts.ratio(done.tried, FLOORS)
    given = found.ratio if found is not None and found.low >= attempts.LEAST_GAIN else None
    assert given == (gain if gain is None else pytest.approx(gain, rel=0.01))


def test_a_gain_is_not_held_against_a_share_that_is_a_guess(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attempt, asked = answering(500.0)
    (done,) = tried(monkeypatch, [finding(0.9)], attempt)
    assert len(asked) == 1
    assert done.tried.same


def test_what_no_time_is_left_for_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, asked = answering(3.0)
    times = iter([0.0, 1.0, 1e6])
    done = tried(monkeypatch, [finding(), finding()], attempt, lambda: next(times))
    assert len(asked) == 1
    assert "no time left" in done[1].tried.reason
    assert attempts.in_words(done, FLOORS) == ()  # the same rule helped before


def test_what_failed_and_what_gained_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, _ = answering(1.0)
    done = tried(monkeypatch, [finding()], attempt)
    assert attempts.in_words(done, FLOORS) == ("Tried, but not faster: r.",)

    def fails(trial: Trial) -> TrialResult:
        return TrialResult(
            trial=trial, before=(), after=(), same=False, reason="why not\n  (while trying)"
        )

    done = tried(monkeypatch, [finding()], fails)
    assert attempts.in_words(done, FLOORS) == ("Not advised: r (why not).",)


def test_the_reasons_of_a_rule_stand_together_and_errors_are_named_without_their_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reasons = iter(["it raised TypeError: only integer scalars", "its answer differs"])

    def fails(trial: Trial) -> TrialResult:
        return TrialResult(trial=trial, before=(), after=(), same=False, reason=next(reasons))

    done = tried(monkeypatch, [finding(), finding()], fails)
    assert attempts.in_words(done, FLOORS) == (
        "Not advised: r (it raised TypeError, its answer differs).",
    )


def test_that_a_function_of_numbers_takes_no_array_is_not_news(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reasons = iter(["it raised TypeError: only integer scalars", "its answer differs"])

    def fails(trial: Trial) -> TrialResult:
        return TrialResult(trial=trial, before=(), after=(), same=False, reason=next(reasons))

    of_elements = msgspec.structs.replace(finding(), rule="mapped")
    done = tried(monkeypatch, [of_elements, of_elements], fails)
    assert attempts.in_words(done, FLOORS) == ("Not advised: mapped (its answer differs).",)


@pytest.mark.parametrize("ends", ["the command's time", "the process's time"])
def test_what_no_time_is_left_for_on_top_of_the_best_says_so(
    monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    times = iter([0.0, 1.0, 1e6] if ends == "the command's time" else [0.0] * 3)
    more = msgspec.structs.replace(finding(), title="a; then b", rule=attempts.TOGETHER)
    monkeypatch.setattr(second_round, "after", lambda *_: [more, more])
    plain, asked = answering(3.0)

    def attempt(trial: Trial) -> TrialResult:
        found = plain(trial)
        if len(asked) == 1:
            return found
        return TrialResult(trial=trial, before=(), after=(), same=False, lacked_time=True)

    done = tried(monkeypatch, [finding()], attempt, lambda: next(times))
    assert len(done) == 2
    assert attempts.in_words(done, FLOORS) == (
        "There was no time left to try what may gain more: a; then b.",
    )
