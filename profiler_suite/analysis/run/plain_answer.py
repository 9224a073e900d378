"""The question of a pair in plain words: is the count right, what is optimized, what now."""

import math
import re
from typing import Any

from profiler_suite import units
from profiler_suite.analysis import shares, statistics, time_breakdown
from profiler_suite.analysis.run import measured_points
from profiler_suite.analysis.run.load import Run
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import BlasLibrary
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import AdviceRecord

# A trace that counts this share more or less than the textbook counts the same work in
# another order (a sum of n terms is n - 1 additions).
_SAME_COUNT = 0.10
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
    code_s: float
    """What the function takes with them; 0 where none were found."""
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
        instead=_advised(advice, left, slow) if advice else _instead(run, left, slow),
        code=advice.code if advice else "",
        whole=advice.source if advice else "",
        code_s=slow["time_s"] / advice.ratio if advice else 0.0,
        differs=(
            *_caveats(advice),
            *_differs(run, left, slow, fast),
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
        f" {only} {little} of the time of {left.implementation} is arithmetic; the rest is the "
        "cost of interpreting Python and of making so many calls."
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


def _advised(advice: AdviceRecord, left: Point, slow: dict[Any, Any]) -> str:
    low, high = units.three_digits(advice.low), units.three_digits(advice.high)
    # Earlier runs say "bit by bit".
    exact = any(re.search("bit (for|by) bit", caveat) for caveat in advice.caveats)
    alike = "bit for bit" if exact else "up to rounding"
    return (
        f"Do this instead: {units.ratio(advice.ratio)} as fast as {left.implementation} "
        f"({low} to {high}), so about {units.time(slow['time_s'] / advice.ratio)}, with the "
        f"same answer {alike}. Like for like: both were timed in turn on the same arguments, "
        "and neither prepared anything beforehand."
    )


def _caveats(advice: AdviceRecord | None) -> tuple[str, ...]:
    if advice is None or not advice.caveats:
        return ()
    said = "; ".join(advice.caveats)
    return (f"How it compares: {said}.",)


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
        f"The same answer in a few large calls ({best['implementation']}) takes "
        f"{units.time(best['time_s'])}, {gain} as fast. Like for like: neither prepares "
        "anything before the call."
    )


def _differs(
    run: Run, left: Point, slow: dict[Any, Any], fast: dict[Any, Any]
) -> tuple[str, ...]:
    """Why another timer gives another ratio: what was timed, where, with what."""
    facts = run.provenance.machine.facts
    asked = {each.name: each.reported for each in run.provenance.experiments}
    reported = asked.get(left.experiment, "")
    opening = (
        f"The question reports {reported} as long, and your own timer may show yet another "
        "ratio"
        if reported
        else "Your own timer may show another ratio"
    )
    said = f"{opening}. Here the first calls take {_both(slow, fast, 'cold_s')}"
    usual = (slow["raw_median_s"] / slow["time_s"], fast["raw_median_s"] / fast["time_s"])
    if max(usual) >= statistics.WORTH_SAYING:
        said += (
            f"; a plain timer shows {_both(slow, fast, 'raw_median_s')}, because it also "
            "counts the time that other programs take, which is left out above"
        )
    return (
        f"{said}. Another machine, other versions (here {facts.python} and NumPy "
        f"{facts.numpy}) and other code around the timed call change the ratio; the reason "
        "stays the same.",
    )


def _both(slow: dict[Any, Any], fast: dict[Any, Any], column: str) -> str:
    """'9.6 ms and 190 µs (about 51 times as long)': two digits, as few as shown times give."""
    ratio = float(f"{slow[column] / fast[column]:.2g}")
    return (
        f"{units.time(slow[column])} and {units.time(fast[column])} "
        f"(about {ratio:,g} times as long)"
    )
