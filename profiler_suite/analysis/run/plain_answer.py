"""The question of a pair in plain words: is the count right, what is optimized, what now."""

import math
from typing import Any

from profiler_suite import units
from profiler_suite.analysis import shares, time_breakdown
from profiler_suite.analysis.run import measured_points
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import BlasLibrary
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import AdviceRecord

# A trace that counts this share more or less than the textbook counts the same work in
# another order (a sum of n terms is n - 1 additions).
_SAME_COUNT = 0.10
# A plain timer's answer is worth a sentence when it is this much longer.
_WORTH_SAYING = 1.15
_FAMILIES_OF_BLAS = ("product", "gemm")


class PlainAnswer(Noun, frozen=True):
    """What a reader who asks why one side is slower needs to know first, a sentence each."""

    count: str
    """Whether the operations are counted right."""
    reason: str
    """What makes the other side fast and this one slow."""
    instead: str
    """What computes the same answer faster here, measured; empty when nothing does."""
    code: str
    """The lines to type for that; empty where none were found."""
    whole: str
    """The whole function with them."""
    differs: tuple[str, ...]
    """Why the reader's own timer may say something else."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it in order."""
        return tuple(s for s in (self.count, self.reason, self.instead, *self.differs) if s)

    @property
    def before_code(self) -> tuple[str, ...]:
        """What stands before the code."""
        return tuple(s for s in (self.count, self.reason, self.instead) if s)


def plain_answer(run: Run, left_id: str, right_id: str) -> PlainAnswer | None:
    """The answer for the pair of these two points; None unless `left` is the slower one."""
    points = {point.id: point for point in run.provenance.points}
    rows = run.points.set_index("id").loc[[left_id, right_id]].to_dict("records")
    left, right = points[left_id], points[right_id]
    slow, fast = rows
    if slow["time_s"] <= fast["time_s"] or left.cost.flop >= right.cost.flop:
        return None
    advice = run.history.advice.get(left_id)
    if advice is not None and advice.reason:
        advice = None
    return PlainAnswer(
        count=_count(left, right, slow, fast),
        reason=_reason(run, left, right, slow),
        instead=_advised(advice, slow["time_s"]) if advice else _instead(run, left, slow),
        code=advice.code if advice else "",
        whole=advice.source if advice else "",
        differs=(
            *_caveats(advice),
            *_differs(run, left, right, slow, fast),
        ),
    )


def _count(left: Point, right: Point, slow: dict[Any, Any], fast: dict[Any, Any]) -> str:
    counted = (
        f"{left.implementation} does {units.count(left.cost.flop)} operations, "
        f"{right.implementation} {units.count(right.cost.flop)}"
    )
    traced = [
        (row["traced_flop"], point.cost.flop)
        for point, row in ((left, slow), (right, fast))
        if row.get("traced_flop", 0) > 0 and row.get("coverage", 0) == 1
    ]
    if not traced:
        return f"The count: {counted} by the textbook; neither was traced here."
    off = max(abs(executed / textbook - 1) for executed, textbook in traced)
    if off <= _SAME_COUNT:
        return f"Your count is right: {counted}; counting them as they run gives the same."
    return f"The count: {counted} by the textbook; what runs differs by {units.percent(off)}."


def _reason(run: Run, left: Point, right: Point, slow: dict[Any, Any]) -> str:
    calls = slow["calls"]
    arithmetic = _arithmetic(slow)
    little = units.percent(arithmetic) if arithmetic and arithmetic >= 0.001 else "0.1 %"
    only = "Only" if arithmetic and arithmetic >= 0.001 else "Less than"
    spends = (
        f" {only} {little} of the time of {left.implementation} is "
        "arithmetic; the rest is the price of interpreting Python and of entering so many "
        "calls."
        if arithmetic is not None and arithmetic < 0.5
        else ""
    )
    library = _blas(run.provenance.machine.facts.blas) if _by_blas(right) else ""
    name = right.implementation
    optimized = (
        f"Yes, {name} is optimized ({library}), and it is " if library else f"{name} is "
    )
    fewer = f"one call instead of {units.count(calls)}." if calls > 1 else "one call."
    return f"{optimized}{fewer}{spends}"


def _arithmetic(row: dict[Any, Any]) -> float | None:
    """The share of arithmetic; None where there is no time breakdown or its parts disagree."""
    parts = {name: float(row.get(name, math.nan)) for name in time_breakdown.ENTRIES}
    if any(math.isnan(part) for part in parts.values()):
        return None
    shown = shares.shown(parts)
    return shown.parts[time_breakdown.ARITHMETIC] if shown.add_up else None


def _by_blas(point: Point) -> bool:
    return point.cost.rate == "blas" and point.family in _FAMILIES_OF_BLAS


def _blas(libraries: tuple[BlasLibrary, ...]) -> str:
    names = {"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS"}
    if not libraries:
        return ""
    first = libraries[0]
    version = ".".join(first.version.split(".")[:3])
    kernels = f", {first.architecture} kernels" if first.architecture else ""
    return f"{names.get(first.name, first.name)} {version}{kernels}".replace("  ", " ")


def _advised(advice: AdviceRecord, slow_s: float) -> str:
    low, high = units.three_digits(advice.low), units.three_digits(advice.high)
    exact = any("bit by bit" in caveat for caveat in advice.caveats)
    return (
        f"Do this instead: {units.ratio(advice.ratio)} as fast ({low} to {high}), so about "
        f"{units.time(slow_s / advice.ratio)}, with the same answer "
        f"{'bit by bit' if exact else 'up to rounding'}. Like for like: both were timed in "
        "turn on the same arguments, and nothing was prepared beforehand."
    )


def _caveats(advice: AdviceRecord | None) -> tuple[str, ...]:
    if advice is None or not advice.caveats:
        return ()
    said = "; ".join(advice.caveats)
    return (f"Of the code above: {said}.",)


def _instead(run: Run, left: Point, slow: dict[Any, Any]) -> str:
    usable = measured_points.alike(run.points)
    same = usable[
        (usable["experiment"] == left.experiment)
        & (usable["problem"] == left.label)
        & (usable["dtype"] == left.problem.dtype)
    ]
    best = min(same.to_dict("records"), key=lambda row: row["time_s"], default=None)
    if best is None or best["implementation"] == left.implementation:
        return ""
    gain = units.ratio(slow["time_s"] / best["time_s"])
    return (
        f"The same answer in few, large calls ({best['implementation']}) takes "
        f"{units.time(best['time_s'])}: {gain} as fast, like for like: nothing is prepared "
        "before either call."
    )


def _differs(
    run: Run, left: Point, right: Point, slow: dict[Any, Any], fast: dict[Any, Any]
) -> tuple[str, ...]:
    """Why the asker's own timer says something else: what was timed, where, with what."""
    facts = run.provenance.machine.facts
    said = [
        f"Your own ratio may differ. A first call takes {units.time(slow['cold_s'])} and "
        f"{units.time(fast['cold_s'])} here, {_times(slow['cold_s'] / fast['cold_s'])}"
    ]
    usual = (slow["raw_median_s"] / slow["time_s"], fast["raw_median_s"] / fast["time_s"])
    if max(usual) >= _WORTH_SAYING:
        said.append(
            f"a plain timer shows {units.time(slow['raw_median_s'])} and "
            f"{units.time(fast['raw_median_s'])}, "
            f"{_times(slow['raw_median_s'] / fast['raw_median_s'])}: it also counts what other "
            "work on this machine takes away, which the times here do not"
        )
    return (
        f"{'; '.join(said)}. Another machine, or other versions than here ({facts.python}, "
        f"NumPy {facts.numpy}), give another ratio again; the reason stays.",
    )


def _times(ratio: float) -> str:
    return f"{units.three_digits(ratio)} times as long"
