"""Where the time of two versions goes: which parts and which operations changed."""

import math

from profiler_suite import units
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.analysis.time_breakdown import ENTRIES, RESIDUAL
from profiler_suite.model.noun import Noun

# Of the larger time: what changes by less is not named.
_WORTH = 0.02
MOST_OPERATIONS = 8


class PartChange(Noun, frozen=True):
    """A part of the time breakdown, before and after."""

    name: str
    before_s: float
    """Below 0 where it is less than the noise of what was taken off."""
    after_s: float

    @property
    def change_s(self) -> float:
        """How much more it takes now; negative where it takes less."""
        return max(0.0, self.after_s) - max(0.0, self.before_s)


class OperationChange(Noun, frozen=True):
    """An operation by its name, before and after."""

    name: str
    before_calls: float
    after_calls: float
    before_s: float
    after_s: float

    @property
    def change_s(self) -> float:
        """How much more it takes now; negative where it takes less."""
        return self.after_s - self.before_s


class BreakdownChange(Noun, frozen=True):
    """Where the time of an old and of a new version goes."""

    before: str
    after: str
    size: str
    before_s: float
    """Plain time of one evaluation, as it was when it was taken apart."""
    after_s: float
    parts: tuple[PartChange, ...]
    """In the order of the time breakdown; none where one of both has none."""
    operations: tuple[OperationChange, ...]
    """Those whose time changed most, first."""
    notes: tuple[str, ...] = ()

    @property
    def largest(self) -> PartChange | None:
        """The part that changed most, if any did that is worth a sentence."""
        least_s = _WORTH * max(self.before_s, self.after_s)
        named = [each for each in self.parts if each.name != RESIDUAL]
        found = max(named, key=lambda each: abs(each.change_s), default=None)
        return found if found is not None and abs(found.change_s) > least_s else None

    @property
    def sentence(self) -> str:
        """What changed most, in words; empty where nothing did."""
        part = self.largest
        if part is None:
            return ""
        less = part.change_s < 0
        said = (
            f"mostly {part.name}: {units.time(abs(part.change_s))} "
            f"{'less' if less else 'more'} per evaluation"
        )
        moved = [each for each in self.operations if (each.change_s < 0) == less][:2]
        named = "; ".join(calls_in_words(each) for each in moved)
        return f"{said} ({named})" if named else said


def calls_in_words(each: OperationChange) -> str:
    """'np.mean: 4,985 calls before, none now'."""
    before, after = (
        units.some(round(calls), "call") if calls >= 0.5 else "none"
        for calls in (each.before_calls, each.after_calls)
    )
    if before == after:
        return f"{each.name}: {before} as before"
    return f"{each.name}: {before} before, {after} now"


def breakdown_change(before: Explanation, after: Explanation, size: str) -> BreakdownChange:
    """The two explanations held against each other."""
    parts: tuple[PartChange, ...] = ()
    notes = []
    one, other = before.breakdown, after.breakdown
    if one is not None and other is not None:
        parts = tuple(
            PartChange(
                name=name,
                before_s=one.share(name) * one.time_s,
                after_s=other.share(name) * other.time_s,
            )
            for name in ENTRIES
        )
    else:
        missing = before if one is None else after
        notes.append(f"there is no time breakdown of {missing.explained.name}")
    for each in (before, after):
        reason = each.explained.breakdown_record.untraced
        if reason:
            notes.append(f"the operations of {each.explained.name} are not known: {reason}")
    return BreakdownChange(
        before=before.explained.name,
        after=after.explained.name,
        size=size,
        before_s=before.explained.breakdown_record.plain_s,
        after_s=after.explained.breakdown_record.plain_s,
        parts=parts,
        operations=_operations(before, after),
        notes=tuple(notes),
    )


def _operations(before: Explanation, after: Explanation) -> tuple[OperationChange, ...]:
    one, other = _by_name(before), _by_name(after)
    found = []
    for name in dict.fromkeys((*one, *other)):
        (calls, time_s), (calls_now, time_now_s) = (
            side.get(name, (0.0, 0.0)) for side in (one, other)
        )
        found.append(
            OperationChange(
                name=name,
                before_calls=calls,
                after_calls=calls_now,
                before_s=time_s,
                after_s=time_now_s,
            )
        )
    changed = [each for each in found if _is_other(each)]
    changed.sort(key=lambda each: -abs(each.change_s))
    return tuple(changed[:MOST_OPERATIONS])


def _is_other(each: OperationChange) -> bool:
    """Whether its calls are others, or its time by more than two timings of it differ."""
    most_s = max(each.before_s, each.after_s)
    return each.before_calls != each.after_calls or abs(each.change_s) > 0.1 * most_s


def _by_name(found: Explanation) -> dict[str, tuple[float, float]]:
    """Name → calls and time of one evaluation, s."""
    summed: dict[str, tuple[float, float]] = {}
    for row in found.operations.to_dict("records"):
        name = str(row["via"] or row["operation"])
        calls, time_s = summed.get(name, (0.0, 0.0))
        summed[name] = calls + _number(row["calls"]), time_s + _number(row["total_s"])
    return summed


def _number(value: object) -> float:
    """What was not timed takes no part."""
    found = float(value) if isinstance(value, int | float) else math.nan
    return found if math.isfinite(found) else 0.0
