"""Judges time breakdowns, counts and line times of functions whose truth is known."""

import dataclasses
import math
from collections.abc import Sequence
from statistics import median

from profiler_suite import units
from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.time_breakdown import (
    ARITHMETIC,
    COPY,
    DISPATCH,
    INTERPRETER,
    MEMORY,
)
from profiler_suite.measure.lines.correct import MODEL_INTERVAL
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import BREAKDOWN, COUNTS
from profiler_suite.model.results import Breakdown, BreakdownEntry
from profiler_suite.model.rows import LineRecord
from profiler_suite.model.run import Check

# Share of its time that a function made of one kind of work must have in that entry.
_PURE = 0.80
_LINES = 0.05
_HEAVIER = 0.75
_CLOSED = 1e-9
# Text of the work that stands once in one line of these functions and three times in another.
_WORK = {"one_and_three": "sum(", "one_and_three_short": "a * b"}

# Implementation → entries that its time belongs to, by the time breakdown and by samples alone.
# By address alone, CPython's part of entering a call counts as interpreter; packing is part
# of a BLAS product and counted as copy.
_ENTRIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "only_interpreter": ((INTERPRETER,), (INTERPRETER,)),
    "only_dispatch": ((DISPATCH,), (DISPATCH, INTERPRETER)),
    "only_copy": ((COPY,), (COPY,)),
    "only_arithmetic": ((ARITHMETIC,), (ARITHMETIC,)),
    "only_product": ((ARITHMETIC, COPY), (ARITHMETIC, COPY)),
    "only_page_faults": ((MEMORY,), (MEMORY,)),
}


def checks(evidence: SelfCheckEvidence) -> tuple[list[Check], list[str]]:
    """Checks of breakdowns, lines and counts, and what could not be checked, in sentences."""
    found, missing = _breakdown(evidence)
    found += _lines(evidence.lines)
    found += _counts(evidence)
    return found, missing


def _breakdown(evidence: SelfCheckEvidence) -> tuple[list[Check], list[str]]:
    """Each function by its better time breakdown: a defect is in all of them, noise in one."""
    names = {point.id: point.implementation for point in evidence.points}
    by_name: dict[str, list[_Breakdown]] = {}
    for breakdown_record in evidence.breakdown_records:
        breakdown = time_breakdown.breakdown(breakdown_record, evidence.machine)
        if breakdown is not None and names[breakdown_record.point] in BREAKDOWN:
            by_name.setdefault(names[breakdown_record.point], []).append(
                _Breakdown(breakdown, breakdown_record.rounds)
            )
    missing = [
        f"{name}: no time breakdown could be made." for name in BREAKDOWN if name not in by_name
    ]
    if not by_name:
        return [], missing
    found = [
        max(
            (_purity(name, breakdown) for breakdown in by_name[name]),
            key=lambda check: check.error,
        )
        for name in BREAKDOWN
        if name in by_name
    ]
    gaps = {
        name: min(several, key=_certainly)
        for name, own in by_name.items()
        if (several := [gap for breakdown in own if (gap := _gap(breakdown)) is not None])
    }
    if gaps:
        found.append(_methods_agree(gaps))
    else:
        missing.append("No native samples here: the time breakdowns rest on replay alone.")
    found.append(
        _closed([breakdown.breakdown for own in by_name.values() for breakdown in own])
    )
    return found, missing


@dataclasses.dataclass(frozen=True)
class _Breakdown:
    """One time breakdown of a function, and the rounds of replay that it rests on."""

    breakdown: Breakdown
    rounds: int

    def share(self, entries: Sequence[BreakdownEntry], names: tuple[str, ...]) -> "_Share":
        """These entries' part of the time."""
        there = [entry for entry in entries if entry.name in names]
        return _Share(
            sum(entry.time_s for entry in there) / self.breakdown.time_s,
            (sum(map(self._half_s, there)) + self._plain_half_s()) / self.breakdown.time_s,
        )

    def _half_s(self, entry: BreakdownEntry) -> float:
        spread_s = (entry.high_s - entry.low_s) / 2
        return spread_s * self._of_quartile if entry.method == "replay" else spread_s

    def _plain_half_s(self) -> float:
        """The residual's spread is that of all other entries and of the plain time."""
        spreads = {e.name: (e.high_s - e.low_s) / 2 for e in self.breakdown.entries}
        plain_s = 2 * spreads[time_breakdown.RESIDUAL] - sum(spreads.values())
        return max(plain_s, 0.0) * self._of_quartile

    @property
    def _of_quartile(self) -> float:
        """Times half the interquartile range: half of the 95 % interval of a lower quartile.

        Of normal values that range is 1.35 standard deviations, and a quartile of n of them
        has an error of 1.36 / √n.
        """
        return 1.96 * 1.36 / 0.6745 / math.sqrt(max(self.rounds, 1))


@dataclasses.dataclass(frozen=True)
class _Share:
    """A share of the time and half of its 95 % interval."""

    share: float
    half: float


def _gap(breakdown: _Breakdown) -> _Share | None:
    """How far the two methods differ on the overhead; None where there is only one."""
    work = (COPY, ARITHMETIC)
    if not (breakdown.breakdown.replay and breakdown.breakdown.native):
        return None
    by_replay = breakdown.share(breakdown.breakdown.replay, work)
    by_samples = breakdown.share(breakdown.breakdown.native, work)
    return _Share(abs(by_replay.share - by_samples.share), by_replay.half + by_samples.half)


def _methods_agree(gaps: dict[str, _Share]) -> Check:
    """Of the function with the largest gap that neither method's own spread explains."""
    worst = max(gaps.values(), key=_certainly)
    return Check(
        group="breakdown",
        name="overhead: replay, samples",
        error=worst.share,
        unit="share",
        limit=time_breakdown.GAP,
        ok=_certainly(worst) <= time_breakdown.GAP,
        of_suite=True,
        sample=units.some(len(gaps), "function"),
        low=_certainly(worst),
        high=worst.share + worst.half,
        note=", ".join(
            name for name, gap in gaps.items() if _certainly(gap) > time_breakdown.GAP
        ),
    )


def _certainly(gap: _Share) -> float:
    return max(gap.share - gap.half, 0.0)


def _closed(breakdown: Sequence[Breakdown]) -> Check:
    off = max(
        abs(sum(e.time_s for e in breakdown.entries) / breakdown.time_s - 1)
        for breakdown in breakdown
    )
    return Check(
        group="breakdown",
        name="entries against sum",
        error=off,
        unit="share",
        limit=_CLOSED,
        ok=off <= _CLOSED,
        of_suite=True,
        sample=f"{len(breakdown)} time breakdowns",
        exact=True,
    )


def _purity(name: str, breakdown: _Breakdown) -> Check:
    joined, native = _ENTRIES[name]
    ways = [breakdown.share(breakdown.breakdown.entries, joined)]
    note = f"by replay {units.percent(ways[0].share)}"
    if breakdown.breakdown.native:
        ways.append(breakdown.share(breakdown.breakdown.native, native))
        note += f", by samples {units.percent(ways[1].share)}"
    # Above 1 is as wrong as below.
    worst = min(ways, key=lambda way: min(way.share, 2 - way.share) + way.half)
    error = min(worst.share, 2 - worst.share)
    return Check(
        group="breakdown",
        name=name.replace("only_", "all ").replace("_", " "),
        error=error,
        unit="share",
        limit=_PURE,
        ok=error + worst.half >= _PURE,
        # What a fault costs depends on what else asks the kernel for pages meanwhile.
        of_suite=name != "only_page_faults",
        sample=units.some(breakdown.rounds, "round"),
        at_least=True,
        low=error - worst.half,
        high=error + worst.half,
        note=note,
    )


# ------------------------------------------------------------------------- lines


def _lines(lines: Sequence[LineRecord]) -> list[Check]:
    """Medians over the profiles of each function: no canary gates a line profile."""
    profiles: dict[str, dict[str, list[LineRecord]]] = {}
    for line in lines:
        profiles.setdefault(line.implementation, {}).setdefault(line.point, []).append(line)
    found: list[Check] = []
    for name, by_point in profiles.items():
        seen = [_seen(_WORK[name], own) for own in by_point.values()]
        known = [each for each in seen if each is not None]
        if known:
            found += _line_checks(known)
    return found


@dataclasses.dataclass(frozen=True)
class _ProfileFindings:
    """What one profile says of a function whose heavier line has 75 % of the work."""

    share: float
    raw_share: float
    samples: int
    method: str
    slowed: float
    model: float | None
    """What line_profiler added over what the model says, less 1; None: too little to tell."""


def _seen(work: str, own: Sequence[LineRecord]) -> _ProfileFindings | None:
    by_work = {line.source.count(work): line for line in own}
    one, three = by_work.get(1), by_work.get(3)
    if one is None or three is None or one.corrected_s + three.corrected_s <= 0:
        return None
    raw_s = sum(line.time_s / line.evaluations for line in own)
    modelled_s = sum(line.added_s for line in own)
    return _ProfileFindings(
        share=three.corrected_s / (one.corrected_s + three.corrected_s),
        raw_share=three.time_s / (one.time_s + three.time_s),
        samples=one.samples + three.samples,
        method=three.method,
        slowed=one.profiled_s / one.plain_s,
        model=(raw_s - one.plain_s) / modelled_s - 1 if modelled_s > one.plain_s else None,
    )


def _line_checks(seen: Sequence[_ProfileFindings]) -> list[Check]:
    slowed = units.ratio(median(each.slowed for each in seen))
    raw_share = units.percent(median(each.raw_share for each in seen))
    samples = sum(each.samples for each in seen)
    # Of a share of 75 % that this many samples show; a model has no such interval.
    half = 1.96 * (_HEAVIER * (1 - _HEAVIER) / samples) ** 0.5 if samples else 0.0
    checks = [
        _line_check(
            f"75 % line, slowed {slowed}",
            median(each.share for each in seen) - _HEAVIER,
            _LINES,
            units.some(samples, "sample"),
            f"{seen[0].method}; by line_profiler {raw_share}",
            half=half,
        )
    ]
    model = [each.model for each in seen if each.model is not None]
    if model:
        checks.append(
            _line_check(
                f"model, slowed {slowed}",
                median(model),
                MODEL_INTERVAL,
                units.some(len(model), "profile"),
                "raw times, which no canary gates; serves where lines cannot be sampled",
                of_suite=False,
            )
        )
    return checks


def _line_check(
    name: str,
    error: float,
    limit: float,
    sample: str,
    note: str,
    of_suite: bool = True,
    half: float = 0.0,
) -> Check:
    return Check(
        group="lines",
        name=name,
        error=error,
        unit="deviation",
        limit=limit,
        ok=abs(error) - half <= limit,
        of_suite=of_suite,
        sample=sample,
        low=error - half if half else None,
        high=error + half if half else None,
        note=note,
    )


# ------------------------------------------------------------------------ counts


def _counts(evidence: SelfCheckEvidence) -> list[Check]:
    """Traced FLOP and bytes against the formulas that the functions state."""
    points = {point.id: point for point in evidence.points}
    flop: dict[str, float] = {}
    moved: dict[str, float] = {}
    for breakdown_record in evidence.breakdown_records:
        name, cost = (
            points[breakdown_record.point].implementation,
            points[breakdown_record.point].cost,
        )
        if name not in BREAKDOWN | COUNTS:
            continue
        flop[name] = _off(breakdown_record.flop, cost.flop)
        moved[name] = _off(breakdown_record.traffic_bytes, cost.compulsory_bytes)
    return [
        Check(
            group="counts",
            name=f"{what} against formulas",
            error=max(off.values()),
            unit="share",
            limit=0.0,
            ok=not any(off.values()),
            of_suite=True,
            sample=units.some(len(off), "function"),
            note=", ".join(name for name, error in off.items() if error),
            exact=True,
        )
        for what, off in (("FLOP", flop), ("bytes", moved))
        if off
    ]


def _off(counted: float, truth: float) -> float:
    return abs(counted - truth) / max(truth, 1.0)
