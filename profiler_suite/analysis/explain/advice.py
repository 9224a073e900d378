"""What to change in a function: the trials that measurably helped on this machine."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pandas as pd

from profiler_suite import units
from profiler_suite.analysis import statistics
from profiler_suite.analysis.explain.candidates import LEAST_SHARE, Candidate, candidates
from profiler_suite.measure.explain.records import FunctionRecord, Trial, TrialResult
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Breakdown

# A gain below this is within what two runs of the same code differ by.
_LEAST_GAIN = 1.03


class Advice(Noun, frozen=True):
    """One thing to change, with what it gained here."""

    kind: str
    """'batch', 'gemm', 'wrapper', 'power', 'out', 'contiguous', 'upcast', 'einsum' or
    'threads'."""
    title: str
    evidence: str
    estimated_share: float
    """Share of the time that the time breakdown let expect."""
    ratio: float
    """Time before over time after, of the whole function."""
    low: float
    high: float
    measured_on: str
    """'function': the rewritten function was timed; 'operation': its calls alone were."""
    lines: tuple[tuple[int, str, str], ...] = ()
    """Line, before, after; line 0 is an added one."""
    source: str = ""
    """The whole rewritten function, where there is one."""

    @property
    def gain_text(self) -> str:
        """'1.85× (1.80 to 1.90)' or 'up to 3.2×'."""
        if self.measured_on == "operation":
            return f"up to {units.ratio(self.ratio)}:"
        low, high = units.three_digits(self.low), units.three_digits(self.high)
        return f"{units.ratio(self.ratio)} as fast ({low} to {high}):"


def judged(
    explained: FunctionRecord,
    tried: Iterable[TrialResult],
    baselines_s: Mapping[str, float],
    machine: Machine,
    breakdown: Breakdown | None,
) -> tuple[Advice, ...]:
    """The trials that gave the same answer in measurably less time, the largest gain first."""
    reasons = {_key(each.trial): each for each in candidates(explained, machine, breakdown)}
    given: dict[str, Advice] = {}
    batches: list[tuple[Candidate, TrialResult, float]] = []
    for each in tried:
        candidate = reasons.get(_key(each.trial))
        if candidate is None or not each.same or not each.before or not each.after:
            continue
        ratio = statistics.paired_ratio(
            dict(enumerate(each.before)),
            dict(enumerate(each.after)),
            baselines_s,
            run_to_run=statistics.RUN_TO_RUN_ONE_WORKER / 2,
        )
        if ratio is None:
            continue
        if each.trial.kind == "batch":
            saved_s = _saved_s(each)
            if ratio.low * each.calls > 1.5 and saved_s > 0:
                batches.append((candidate, each, saved_s))
            continue
        if ratio.low < _LEAST_GAIN:
            continue
        rewrite = each.trial.rewrite
        found = Advice(
            kind=candidate.kind,
            title=candidate.title
            + (" (its result is float32 then)" if each.dtype_changed else ""),
            evidence=candidate.evidence,
            estimated_share=candidate.estimated_share,
            ratio=ratio.ratio,
            low=ratio.low,
            high=ratio.high,
            measured_on="function",
            lines=rewrite.lines if rewrite else (),
            source=rewrite.source if rewrite else "",
        )
        # Of two ways to do the same, the one that gains more.
        if found.kind not in given or given[found.kind].ratio < found.ratio:
            given[found.kind] = found
    for found in _batched(explained, batches):
        given[found.kind] = found
    return tuple(sorted(given.values(), key=lambda a: -a.ratio))


def _key(trial: Trial) -> bytes:
    return msgspec.json.encode(trial)


def _saved_s(tried: TrialResult) -> float:
    """Seconds per evaluation between all single calls and the one call for all."""

    def middle(visits: Iterable[Any]) -> float:
        return float(pd.Series([min(v.sample_times_s) for v in visits]).median())

    return tried.calls * middle(tried.before) - middle(tried.after)


def _batched(
    explained: FunctionRecord, batches: list[tuple[Candidate, TrialResult, float]]
) -> list[Advice]:
    """The batches of one kind together: they stand in the same loops."""
    found = []
    plain_s = explained.breakdown_record.plain_s
    for kind in dict.fromkeys(candidate.kind for candidate, _, _ in batches):
        own = [each for each in batches if each[0].kind == kind]
        saved_s = min(sum(s for _, _, s in own), 0.99 * plain_s)
        share = saved_s / plain_s if plain_s else 0.0
        if share < LEAST_SHARE:
            continue
        first = own[0][0]
        told = "; ".join(
            f"{units.count(tried.calls)} × {explained.operations[tried.trial.operation].name} "
            f"take {units.time(saved + after)}, one call for all {units.time(after)}"
            for _, tried, saved in own
            for after in [max(0.0, _all_calls_s(tried) - saved)]
        )
        found.append(
            Advice(
                kind=kind,
                title=first.title,
                evidence=told,
                estimated_share=sum(c.estimated_share for c, _, _ in own),
                ratio=1 / (1 - share),
                low=1.0,
                high=1 / (1 - share),
                measured_on="operation",
            )
        )
    return found


def _all_calls_s(tried: TrialResult) -> float:
    before = [min(v.sample_times_s) for v in tried.before]
    return tried.calls * float(pd.Series(before).median())
