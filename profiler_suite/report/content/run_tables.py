"""The small tables of the page and of the Markdown summary."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from profiler_suite import units
from profiler_suite.analysis.run.measured_points import is_timed, prepared
from profiler_suite.machine import shortfall
from profiler_suite.model.machine import Ceiling
from profiler_suite.model.rows import Status
from profiler_suite.report.content import columns, provenance, selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

# Reasons that differ in their numbers alone are the same reason.
_QUANTITY = re.compile(r"\d[\d.,]*(?: (?:[nµm]?s|min|[KMG]i?B|B)\b)?")
_LIKE_FOR_LIKE = (
    "Like for like: “vs fastest” is against the fastest that prepares nothing before a call; "
    "those marked “prepared” keep buffers or transformed filters from call to call."
)
_MOST_EXAMPLES = 3  # problems named of those that failed for the same reason


def sides(known: RunFacts) -> TableView | None:
    """Every implementation of the question's experiment, the fastest of each problem first."""
    if known.answer is None:
        return None
    own = selection.of_experiment(known.points, known.answer.experiment)
    own = own[own["replica"] == 0]
    best = {str(p): selection.fastest_alike(part) for p, part in own.groupby("problem")}
    runs = {point.id: point.runs for point in known.run.provenance.points if point.runs}
    said = provenance.what_they_do()

    def measured(
        cell: Callable[[Any], str], else_: Callable[[Any], str] = _nothing
    ) -> Callable[[Any], str]:
        return lambda row: (cell if is_timed(row.status, row.time_s) else else_)(row)

    def of_fastest(row: Any) -> str:
        if prepared(row.implementation):
            return "prepared"
        return units.ratio(row.time_s / best[row.problem])

    shown = (
        words(
            "implementation",
            lambda row: row.implementation + (f" → {runs[row.id]}" if row.id in runs else ""),
        ),
        words("problem", "problem", minor=True),
        numbers("time", measured(lambda row: units.time(row.time_s), lambda row: row.status)),
        numbers("±", measured(_half_width), minor=True),
        numbers("vs fastest", measured(of_fastest)),
        numbers("rate", measured(lambda row: units.flop_rate(row.flop_per_s)), minor=True),
        numbers("of roof", measured(columns.of_roof), minor=True),
        words("bound by", measured(columns.bound, lambda row: str(row.reason))),
    )
    return tabulated(
        "Every implementation of both sides",
        selection.rows(own.sort_values(["flop", "time_s"])),
        shown,
        below=lambda row: said.get(row.implementation, ""),
        note=_LIKE_FOR_LIKE if any(map(prepared, own["implementation"])) else "",
    )


def _nothing(row: Any) -> str:
    return ""


def threads(known: RunFacts) -> TableView | None:
    """Speed-up and efficiency of every case with several threads."""
    frame = known.thread_scaling[known.thread_scaling["threads"] > 1]
    if frame.empty:
        return None
    columns = (
        words("experiment", "experiment", minor=True),
        words("implementation", "implementation"),
        words("problem", "problem"),
        words("dtype", "dtype", minor=True),
        numbers("threads", "threads"),
        numbers("speed-up", lambda row: units.ratio(row.speedup)),
        numbers(
            "95 % interval",
            lambda row: units.interval(row.low, row.high, units.three_digits),
            minor=True,
        ),
        numbers("efficiency", lambda row: units.percent(row.efficiency), minor=True),
        words("threads …", _help),
    )
    return tabulated("Speed-up over one thread", selection.rows(frame), columns)


def _help(row: Any) -> str:
    return "help" if row.low > 1 else "hurt" if row.high < 1 else "no difference beyond noise"


def doubtful(known: RunFacts) -> TableView | None:
    """Points with flags, and what the flags are."""
    frame = known.points[known.points["flags"].fillna("").astype(bool)]
    if frame.empty:
        return None
    shown = (
        words("experiment", "experiment", minor=True),
        words("implementation", columns.implementation),
        words("problem", columns.problem),
        numbers("threads", "threads", minor=True),
        numbers("time", lambda r: units.time(r.time_s) if r.time_s > 0 else "", minor=True),
        numbers("±", lambda r: _half_width(r) if r.time_s > 0 else "", minor=True),
        words("why", "flags"),
    )
    return tabulated("Doubtful points", selection.rows(frame), shown)


def _half_width(row: Any) -> str:
    return units.plus_minus(columns.half_width(row)).replace("± ", "±")  # in a table


def unmeasured(known: RunFacts) -> TableView | None:
    """Points without a result: how many of each implementation, and why."""
    frame = known.points[known.points["status"] != Status.OK]
    if frame.empty:
        return None
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for row in selection.rows(frame):
        reason = _QUANTITY.sub("#", str(row.reason))
        key = (str(row.status), row.experiment, columns.implementation(row), reason)
        groups.setdefault(key, []).append(row)
    shown = (
        words("implementation", lambda some: columns.implementation(some[0])),
        words("status", lambda some: str(some[0].status), minor=True),
        numbers("points", lambda some: str(len(some))),
        words("problems", lambda some: _examples(map(columns.problem, some)), minor=True),
        words("why", lambda some: str(some[0].reason)),
    )
    return tabulated(
        f"Points without a result ({len(frame)})",
        groups.values(),
        shown,
        below=lambda some: str(some[0].experiment),
    )


def _examples(problems: Iterable[str]) -> str:
    """'a, b, c and 4 more'."""
    names = list(dict.fromkeys(problems))
    more = len(names) - _MOST_EXAMPLES
    return ", ".join(names[:_MOST_EXAMPLES]) + (f" and {more} more" if more > 0 else "")


def ceilings(known: RunFacts) -> TableView:
    """The machine's ceilings with their spread."""
    shown = (
        words("ceiling", "label"),
        words("of", lambda c: c.level or c.dtype),
        numbers("threads", "threads"),
        numbers("best", lambda c: _form(c)(c.value) if c.value > 0 else "not measured"),
        numbers(
            "5th to 95th percentile",
            lambda c: units.interval(c.low, c.high, _form(c)) if c.value > 0 < c.high else "",
        ),
        words("may lie below compiled code by", shortfall.in_words),
        words("remark", "warning"),
    )
    return tabulated("Measured ceilings", known.run.provenance.machine.ceilings, shown)


def _form(ceiling: Ceiling) -> Callable[[float], str]:
    """How a ceiling's figures are written."""
    forms = {"peak": units.flop_rate, "bandwidth": units.byte_rate}
    return forms.get(ceiling.quantity, units.time)


def call_costs(known: RunFacts) -> TableView | None:
    """The machine's call costs; None when there are none."""
    shown = (
        words("operation", "operation"),
        words("layout", lambda c: f"{c.layout}, {c.dims}-D" if c.dims else c.layout),
        words("dtype", "dtype"),
        numbers("fixed cost", lambda c: units.time(c.fixed_s)),
        numbers("interval", lambda c: units.interval(c.fixed_low_s, c.fixed_high_s)),
        numbers("n½", lambda c: units.count(c.n_half) if c.n_half > 0 else ""),
    )
    costs = known.run.provenance.machine.call_costs
    found = tabulated("What a call costs before it does any work", costs, shown)
    return found if costs else None
