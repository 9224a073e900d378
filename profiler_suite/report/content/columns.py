"""The columns of the page's table of all points: heading, unit, how a cell is written."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from profiler_suite import units
from profiler_suite.analysis.roofline import WORK
from profiler_suite.analysis.run.point_columns import metrics
from profiler_suite.model.rows import Status
from profiler_suite.workloads import wording

Cell = Callable[[Any], str]
"""A row of the points table (a named tuple) → the text of its cell."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of the table on the page."""

    key: str
    heading: str
    cell: Cell
    numeric: bool = False
    wraps: bool = False
    """Long texts are broken into lines, on paper."""
    screen_only: bool = False
    """Left out on paper, where there is no room to scroll."""


def number(value: float, digits: int = 3) -> str:
    """A plain number without exponent, empty when there is none."""
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return ""
    return units.three_digits(value) if digits == 3 else f"{value:.{digits}f}"


def _text(name: str) -> Cell:
    return lambda row: str(getattr(row, name))


def _scaled(name: str, scale: float) -> Cell:
    return lambda row: number(getattr(row, name) * scale)


def implementation(row: Any) -> str:
    """The implementation; the second name of an A/A pair says so."""
    return f"{row.implementation} (again)" if row.replica else str(row.implementation)


def problem(row: Any) -> str:
    """The problem, with its own name in front when it has one."""
    return f"{row.name}: {row.problem}" if row.name else str(row.problem)


def in_words(row: Any) -> str:
    """The problem in words: '32×32×3 input, 10 filters of 2×2, …'."""
    return wording.in_words(str(row.workload), row._asdict()) or problem(row)


def half_width(row: Any) -> float:
    """Half of the interval over the time; NaN without a time."""
    return float((row.high_s - row.low_s) / 2 / row.time_s) if row.time_s > 0 else math.nan


def _half_width_percent(row: Any) -> str:
    """As a number of percent, '>50' where no ± would be possible."""
    share = half_width(row)
    wide = share > units.WIDEST_SHARE
    return f">{100 * units.WIDEST_SHARE:g}" if wide else number(100 * share)


def bound(row: Any) -> str:
    """What holds the point back, in two or three words; empty when no roof is known."""
    if not isinstance(row.bound, str) or not row.bound:
        return ""
    if row.bound == "memory":
        return f"{row.level} bandwidth"
    return _BOUNDS.get(row.bound, row.bound)


def of_roof(row: Any) -> str:
    """How near a roof of the machine is; a dash where calls are the limit, which is none."""
    if not bound(row):
        return ""
    if row.bound == "overhead":
        return "–"
    return units.percent(row.of_attainable) if row.of_attainable <= 1 else "above"


def remark(row: Any) -> str:
    """Why it is not ok, or what makes its number doubtful."""
    parts = [str(row.flags)] if isinstance(row.flags, str) and row.flags else []
    if row.status != Status.OK and isinstance(row.reason, str):
        parts.append(row.reason)
    return "; ".join(parts)


_BOUNDS = {"overhead": "call overhead", "compute": "arithmetic", WORK: "its inner loops"}

_OWN = (
    Column("implementation", "implementation", implementation),
    Column("problem", "problem", problem, wraps=True),
    Column("time", "time, µs", _scaled("time_s", 1e6), numeric=True),
    Column("spread", "± %", lambda row: _half_width_percent(row), numeric=True),
    Column(
        "usual",
        "usual, µs",
        _scaled("raw_median_s", 1e6),
        numeric=True,
        screen_only=True,
    ),
    Column("rate", "GFLOP/s", _scaled("flop_per_s", 1e-9), numeric=True),
    Column("reach", "% of roof", _scaled("of_attainable", 100), numeric=True),
    Column("bound", "bound by", bound),
    Column("threads", "threads", _text("threads"), numeric=True),
    Column("dtype", "dtype", _text("dtype")),
    Column("experiment", "experiment", _text("experiment")),
    Column("status", "status", _text("status"), screen_only=True),
    Column("remark", "remark", remark, wraps=True),
    Column("family", "family", _text("family"), screen_only=True),
    Column(
        "flop", "textbook FLOP", lambda row: number(row.flop, 0), numeric=True, screen_only=True
    ),
    Column("intensity", "FLOP/byte", _scaled("intensity", 1), numeric=True, screen_only=True),
    Column("faults", "page faults", _scaled("minor_faults", 1), numeric=True, screen_only=True),
    Column(
        "undisturbed",
        "undisturbed %",
        _scaled("undisturbed_share", 100),
        numeric=True,
        screen_only=True,
    ),
)


def page_columns() -> tuple[Column, ...]:
    """The columns of the page: these, and the metrics that have a heading."""
    added = tuple(
        Column(each.name, each.heading, _value(each.name, each.scale), numeric=True)
        for each in metrics()
        if each.heading
    )
    return _OWN + added


def _value(name: str, scale: float) -> Cell:
    def cell(row: Any) -> str:
        value = getattr(row, name)
        return str(value) if isinstance(value, str) else number(value * scale)

    return cell
