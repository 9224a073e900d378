"""The time breakdown of single lines: what their operations take, and what that leaves.

An operation is timed alone in the rounds of the time breakdown; the line in a pass of its own.
Between the two the machine may have changed its pace, so operations are scaled by the
plain times of the two passes.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from profiler_suite.analysis import shares, time_breakdown
from profiler_suite.model.machine import Machine
from profiler_suite.model.rows import BreakdownRecord, LineRecord, OperationTime

SPLIT_COLUMNS = {
    "interpreter_s": "of the line's own time, what its operations leave, s",
    "dispatch_s": "fixed cost of the operations that the line calls, s",
    "memory_s": "page faults of the operations that the line calls, s",
    "copy_s": "what copying takes beyond its fixed cost, s",
    "arithmetic_s": "what arithmetic takes beyond its fixed cost, s",
}
CALLEES_COLUMN = {"callees_s": "of the line's time, functions with lines of their own, s"}
_NAMES = tuple(name.removesuffix("_s") for name in (*CALLEES_COLUMN, *SPLIT_COLUMNS))
_OF_OPERATIONS = ("dispatch_s", "memory_s", "copy_s", "arithmetic_s")


class _Parts(msgspec.Struct):
    """What the operations of one line take per evaluation, s."""

    dispatch_s: float = 0.0
    memory_s: float = 0.0
    copy_s: float = 0.0
    arithmetic_s: float = 0.0
    replayed: bool = True


class LineBreakdown:
    """The operations of one breakdown record, by the lines that call them."""

    def __init__(self, breakdown_record: BreakdownRecord, machine: Machine) -> None:
        fault_s, _ = time_breakdown.fault_price(breakdown_record, machine)
        self._plain_s = breakdown_record.plain_s
        self._parts = _by_line(breakdown_record.operations, fault_s)

    def split(self, record: LineRecord) -> dict[str, float]:
        """Columns of SPLIT_COLUMNS and CALLEES_COLUMN, s per evaluation.

        nan where the line calls no traced operation or one that was not replayed. What
        functions with lines of their own take stands apart, as their lines split it; where
        no samples tell it, the line is not split. Nor is a raw time, which holds the
        profiler's own.
        """
        parts = self._parts.get((record.file, record.line))
        if parts is None and record.callees_s:
            parts = _Parts()
        unknown = record.profiled_calls and not record.callees_s
        if parts is None or not parts.replayed or unknown or not record.method:
            return dict.fromkeys((*SPLIT_COLUMNS, *CALLEES_COLUMN), math.nan)
        pace = 1.0
        if record.plain_s > 0 and self._plain_s > 0:
            pace = record.plain_s / self._plain_s
        found = {name: pace * getattr(parts, name) for name in _OF_OPERATIONS}
        own_s = record.corrected_s - record.callees_s
        return {
            "callees_s": record.callees_s,
            "interpreter_s": own_s - sum(found.values()),
            **found,
        }


def _by_line(
    operations: Iterable[OperationTime], fault_s: float
) -> dict[tuple[str, int], _Parts]:
    found: dict[tuple[str, int], _Parts] = {}
    for operation in operations:
        growing_s = time_breakdown.growing_s(operation, fault_s)
        copies = time_breakdown.grows_as(operation) == time_breakdown.COPY
        everywhere = sum(place.calls for place in operation.lines) or 1
        for place in operation.lines:
            parts = found.setdefault((place.file, place.line), _Parts())
            if not operation.replayed:
                parts.replayed = False
                continue
            calls = operation.calls * place.calls / everywhere
            parts.dispatch_s += calls * operation.fixed_s
            parts.memory_s += calls * operation.minor_faults * fault_s
            if copies:
                parts.copy_s += calls * growing_s
            else:
                parts.arithmetic_s += calls * growing_s
    return found


def in_words(row: Mapping[Any, Any], line_s: float, least: float = 0.02) -> str:
    """'interpreter 60 %, dispatch 40 %' of a line; entries below `least` are not named.

    What its functions with lines of their own take is called callees.

    Operations that take more alone than the whole line are said to; their shares are of
    their sum, or none where the two are too far apart.
    """
    if not line_s > 0 or math.isnan(row["interpreter_s"]):
        return ""
    parts_s = {"callees_s": row.get("callees_s", 0.0), **{n: row[n] for n in SPLIT_COLUMNS}}
    found = shares.shown({n.removesuffix("_s"): s / line_s for n, s in parts_s.items()})
    named = {name: share for name, share in found.parts.items() if name in _NAMES}
    if found.add_up:
        said = ", ".join(f"{n} {100 * s:.0f} %" for n, s in named.items() if s >= least)
    else:
        said = f"mostly {max(named, key=lambda name: named[name])}"
    more = -row["interpreter_s"] / line_s
    if more < least:
        return said
    return f"{said}; timed alone, its operations take {100 * more:.0f} % more than the line"
