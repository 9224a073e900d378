"""Tries what the rules found, within a time limit, and then what helped together."""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

import msgspec

from profiler_suite.analysis import statistics
from profiler_suite.analysis.explain import rewriting, second_round
from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rules.observed import Finding, Observation
from profiler_suite.analysis.statistics import PairedRatio
from profiler_suite.measure.explain.records import Rewrite, Trial, TrialResult
from profiler_suite.model.noun import Noun
from profiler_suite.model.trial import TrialKind

LEAST_GAIN = 1.05
"""Below this a gain is within what two runs of the same code differ by."""
TOGETHER = "together"
# All trials of a short function; a longer one gets as many evaluations more.
_TRIALS_S = 5.5
_TRIALS_EVALUATIONS = 60
# What is kept for trials on top of the best, which are often what helps most.
_SECOND_S, _SECOND_EVALUATIONS = 0.8, 20
# Above this other processes hardly feign a gain.
_PLAIN_GAIN = 2.0
# How much more than the time of its lines a rewrite may gain, and how far off their share of
# the time may be: with 2 % of it elsewhere a rewrite that takes nothing gains 50 times or 500.
_SLACK = 1.3
_SHARE_ERROR = 0.05
_DISTURBED = "its apparent gain exceeds the time of its lines: the timing was disturbed"
_NO_TIME = "there was no time left"
# Rewrites that are looked at once more, and what is timed on top of each; what answers
# otherwise is soon refused.
_MOST_FIRST, _MOST_SECOND, _MOST_REFUSED = 2, 4, 12

# They give whole arrays to what was called for one number: most of it does not take them.
_WHOLE_ARRAYS = ("mapped", "element_calls")

Attempting = Callable[[Trial], TrialResult]


class Attempt(Noun, frozen=True):
    """What a rule found, and what came of trying it."""

    finding: Finding
    tried: TrialResult


def attempts(
    seen: Observation,
    attempt: Attempting,
    baselines_s: Mapping[str, float],
    clock: Callable[[], float] = perf_counter,
) -> tuple[Attempt, ...]:
    """Everything that was tried, in order; what no time was left for says so."""
    plain_s = seen.explained.breakdown_record.plain_s
    until_s = clock() + _TRIALS_S + _TRIALS_EVALUATIONS * plain_s
    second_until_s = until_s + _SECOND_S + _SECOND_EVALUATIONS * plain_s
    done: list[Attempt] = []
    for finding in candidates(seen):
        if finding.trial.kind is TrialKind.BATCH and _loops_rewritten(done, baselines_s):
            continue
        if finding.trial.kind is TrialKind.FAILED:
            tried = _untried(finding.trial, finding.trial.target)
        elif clock() > until_s:
            tried = _untried(finding.trial, _NO_TIME)
        else:
            known = finding if seen.lines_are_timed else _of_unknown_share(finding)
            tried = _confirmed(known, attempt, baselines_s)
        done.append(Attempt(finding=finding, tried=tried))
    combined = _together(seen, done, baselines_s)
    if combined is not None:
        done.append(Attempt(finding=combined, tried=attempt(combined.trial)))
    done += _after_the_best(seen, done, attempt, baselines_s, lambda: clock() > second_until_s)
    return tuple(done)


def _after_the_best(
    seen: Observation,
    done: Sequence[Attempt],
    attempt: Attempting,
    baselines_s: Mapping[str, float],
    is_over: Callable[[], bool],
) -> list[Attempt]:
    """What the rules find in the function that the best rewrites gave, tried on top of them."""
    more: list[Attempt] = []
    for _, best in winners(done, baselines_s)[:_MOST_FIRST]:
        timed = 0
        for finding in second_round.after(seen, best.finding, TOGETHER)[:_MOST_REFUSED]:
            if is_over():
                tried = _untried(finding.trial, _NO_TIME)
                return [*more, Attempt(finding=finding, tried=tried)]
            if timed == _MOST_SECOND:
                break
            tried = attempt(finding.trial)
            if tried.lacked_time:
                return [*more, Attempt(finding=finding, tried=tried)]
            timed += bool(tried.after)
            found = ratio(tried, baselines_s)
            if found is not None and found.low >= LEAST_GAIN:
                more.append(Attempt(finding=finding, tried=tried))
    return more


def _confirmed(
    finding: Finding, attempt: Attempting, baselines_s: Mapping[str, float]
) -> TrialResult:
    """A trial; a gain that is small, or more than its lines take, is measured once more.

    Of two measurements the one that gains less counts.
    """
    first = attempt(finding.trial)
    found = ratio(first, baselines_s)
    if found is None or found.low < LEAST_GAIN or finding.trial.kind is TrialKind.BATCH:
        return first
    if found.low > _PLAIN_GAIN and _plausible(finding, found):
        return first
    second = attempt(finding.trial)
    again = ratio(second, baselines_s)
    if again is None or again.low < LEAST_GAIN:
        return second
    if not _plausible(finding, again):
        return _untried(finding.trial, _DISTURBED)
    return second if again.ratio < found.ratio or not _plausible(finding, found) else first


def _of_unknown_share(finding: Finding) -> Finding:
    """Without a line profile nothing says how much its lines take: perhaps all."""
    return msgspec.structs.replace(finding, share=1.0)


def _plausible(finding: Finding, found: PairedRatio) -> bool:
    """Whether it gains no more than the whole time of its lines would, within its error."""
    elsewhere = 1 - finding.share - _SHARE_ERROR
    return elsewhere <= 0 or found.low <= _SLACK / elsewhere


def _untried(trial: Trial, reason: str) -> TrialResult:
    return TrialResult(
        trial=trial,
        before=(),
        after=(),
        same=False,
        reason=reason,
        lacked_time=reason == _NO_TIME,
    )


def _loops_rewritten(done: Sequence[Attempt], baselines_s: Mapping[str, float]) -> bool:
    families = ("loops", "per_element", "routines", "tables", "models")
    return any(each.finding.family in families for _, each in winners(done, baselines_s))


def ratio(tried: TrialResult, baselines_s: Mapping[str, float]) -> PairedRatio | None:
    """Time before over time after with its interval; None where nothing was timed."""
    if not tried.same or not tried.before or not tried.after:
        return None
    return statistics.paired_ratio(
        dict(enumerate(tried.before)),
        dict(enumerate(tried.after)),
        baselines_s,
        run_to_run=statistics.RUN_TO_RUN_ONE_WORKER / 2,
    )


def winners(
    done: Sequence[Attempt], baselines_s: Mapping[str, float]
) -> list[tuple[float, Attempt]]:
    """Of each rule's rewrites the one that gained most, the largest gain first."""
    best: dict[str, tuple[float, Attempt]] = {}
    for each in done:
        found = ratio(each.tried, baselines_s)
        plain = each.finding.trial.kind is TrialKind.REWRITE and not each.finding.hint
        if not plain or found is None or found.low < LEAST_GAIN:
            continue
        if each.finding.rule not in best or best[each.finding.rule][0] < found.ratio:
            best[each.finding.rule] = (found.ratio, each)
    return sorted(best.values(), key=lambda item: -item[0])


def _together(
    seen: Observation, done: Sequence[Attempt], baselines_s: Mapping[str, float]
) -> Finding | None:
    """Every rewrite that helped, as far as they do not touch the same characters."""
    helped = [each for _, each in winners(done, baselines_s)]
    rewrites: list[Rewrite] = [r for each in helped for r in each.finding.trial.rewrites]
    if len(rewrites) < 2:
        return None
    made = rewriting.together(seen.functions, rewrites)
    alone = {msgspec.json.encode((each,)) for each in rewrites}
    if not made or msgspec.json.encode(tuple(made)) in alone:
        return None
    names = ", ".join(each.finding.rule for each in helped)
    return Finding(
        title=f"everything together: {names}",
        evidence="every rewrite that helped on its own, in one function",
        trial=Trial(
            kind=TrialKind.REWRITE,
            rewrites=tuple(made),
            one_size=any(each.finding.trial.one_size for each in helped),
        ),
        rule=TOGETHER,
        family="",
    )


def in_words(done: Sequence[Attempt], baselines_s: Mapping[str, float]) -> tuple[str, ...]:
    """What was tried without a gain, and what could not be tried and why."""
    given = {id(each) for _, each in winners(done, baselines_s)}
    slower: dict[str, None] = {}
    reasons: dict[str, dict[str, None]] = {}
    untried: list[str] = []
    for each in done:
        name = each.finding.rule
        if name == TOGETHER and each.tried.lacked_time:
            untried.append(each.finding.title)
        if id(each) in given or name == TOGETHER or each.finding.stands:
            continue
        if each.tried.reason.startswith("it raised ") and name in _WHOLE_ARRAYS:
            continue
        if each.tried.reason:
            reasons.setdefault(name, {})[_in_short(each.tried.reason)] = None
            continue
        found = ratio(each.tried, baselines_s)
        if found is None or found.low < LEAST_GAIN:
            slower[name] = None
    helped = {each.finding.rule for each in done if _helped(each, baselines_s)}
    said = []
    names = [name for name in slower if name not in helped]
    if names:
        said.append(f"Tried, but not faster: {', '.join(names)}.")
    left = [name for name in reasons if name not in helped and name not in names]
    if left:
        why = "; ".join(f"{name} ({', '.join(reasons[name])})" for name in left)
        said.append(f"Not advised: {why}.")
    if untried:
        what = f"{untried[0]}{', among others' if len(untried) > 1 else ''}"
        said.append(f"There was no time left to try what may gain more: {what}.")
    return tuple(said)


def _in_short(reason: str) -> str:
    """'it raised TypeError' without the message, which is about code that nobody sees."""
    first = reason.splitlines()[0]
    return first.partition(":")[0] if first.startswith("it raised ") else first


def _helped(each: Attempt, baselines_s: Mapping[str, float]) -> bool:
    found = ratio(each.tried, baselines_s)
    return found is not None and found.low >= LEAST_GAIN
