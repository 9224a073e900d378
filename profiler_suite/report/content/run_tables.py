"""The small tables of the page and of the Markdown summary."""

import re
from typing import Any

from profiler_suite import units
from profiler_suite.analysis.run.measured_points import is_timed
from profiler_suite.report.content import columns, provenance, selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.table import TableView

# Reasons that differ in their numbers alone are the same reason.
_QUANTITY = re.compile(r"\d[\d.,]*(?: (?:[nµm]?s|min|[KMG]i?B|B)\b)?")
_MOST_EXAMPLES = 3  # problems named of those that failed for the same reason


def sides(known: RunFacts) -> TableView | None:
    """Every implementation of the question's experiment, the fastest of each problem first."""
    if known.answer is None:
        return None
    own = selection.of_experiment(known.points, known.answer.experiment)
    own = own[own["replica"] == 0]
    rivals = selection.rivals(own)
    best = (
        (rivals if len(rivals) else selection.measured(own)).groupby("problem")["time_s"].min()
    )
    runs = {point.id: point.runs for point in known.run.provenance.points if point.runs}
    said = provenance.what_they_do()
    rows, below = [], []
    for row in selection.rows(own.sort_values(["flop", "time_s"])):
        ok = is_timed(row.status, row.time_s)
        compared = ok and row.problem in best.index
        chosen = f" → {runs[row.id]}" if row.id in runs else ""
        rows.append(
            (
                f"{row.implementation}{chosen}",
                row.problem,
                units.time(row.time_s) if ok else row.status,
                f"±{units.percent(columns.half_width(row))}" if ok else "",
                units.ratio(row.time_s / best[row.problem]) if compared else "",
                units.flop_rate(row.flop_per_s) if ok else "",
                units.percent(row.of_attainable) if ok and columns.bound(row) else "",
                columns.bound(row) if ok else str(row.reason),
            )
        )
        below.append(said.get(row.implementation, ""))
    return TableView(
        "Every implementation of both sides",
        (
            "implementation",
            "problem",
            "time",
            "±",
            "vs fastest",
            "rate",
            "of roof",
            "bound by",
        ),
        (False, False, True, True, True, True, True, False),
        tuple(rows),
        below=tuple(below),
        minor=("problem", "±", "rate", "of roof"),
    )


def threads(known: RunFacts) -> TableView | None:
    """Speed-up and efficiency of every case with several threads."""
    frame = known.thread_scaling[known.thread_scaling["threads"] > 1]
    if frame.empty:
        return None
    rows = []
    for row in selection.rows(frame):
        word = (
            "help" if row.low > 1 else "hurt" if row.high < 1 else "no difference beyond noise"
        )
        rows.append(
            (
                row.experiment,
                row.implementation,
                row.problem,
                row.dtype,
                str(row.threads),
                units.ratio(row.speedup),
                units.interval(row.low, row.high, units.three_digits),
                units.percent(row.efficiency),
                word,
            )
        )
    headings = (
        "experiment",
        "implementation",
        "problem",
        "dtype",
        "threads",
        "speed-up",
        "95 % interval",
        "efficiency",
        "threads …",
    )
    numeric = (False, False, False, False, True, True, True, True, False)
    return TableView(
        "Speed-up over one thread",
        headings,
        numeric,
        tuple(rows),
        minor=("experiment", "dtype", "95 % interval", "efficiency"),
    )


def doubtful(known: RunFacts) -> TableView | None:
    """Points with flags, and what the flags are."""
    frame = known.points[known.points["flags"].fillna("").astype(bool)]
    if frame.empty:
        return None
    rows = tuple(
        (
            row.experiment,
            columns.implementation(row),
            columns.problem(row),
            str(row.threads),
            units.time(row.time_s) if row.time_s > 0 else "",
            f"±{units.percent(columns.half_width(row))}" if row.time_s > 0 else "",
            str(row.flags),
        )
        for row in selection.rows(frame)
    )
    return TableView(
        "Points whose number is doubtful",
        ("experiment", "implementation", "problem", "threads", "time", "±", "why"),
        (False, False, False, True, True, True, False),
        rows,
        minor=("experiment", "threads", "time", "±"),
    )


def unmeasured(known: RunFacts) -> TableView | None:
    """Points without a result: how many of each implementation, and why."""
    frame = known.points[known.points["status"] != "ok"]
    if frame.empty:
        return None
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for row in selection.rows(frame):
        reason = _QUANTITY.sub("#", str(row.reason))
        key = (str(row.status), row.experiment, columns.implementation(row), reason)
        groups.setdefault(key, []).append(row)
    rows = tuple(
        (
            implementation,
            status,
            str(len(some)),
            _examples([columns.problem(row) for row in some]),
            str(some[0].reason),
        )
        for (status, _, implementation, _), some in groups.items()
    )
    return TableView(
        f"Points without a result ({len(frame)})",
        ("implementation", "status", "points", "problems", "why"),
        (False, False, True, False, False),
        rows,
        below=tuple(experiment for _, experiment, _, _ in groups),
        minor=("status", "problems"),
    )


def _examples(problems: list[str]) -> str:
    """'a, b, c and 4 more'."""
    names = list(dict.fromkeys(problems))
    more = len(names) - _MOST_EXAMPLES
    return ", ".join(names[:_MOST_EXAMPLES]) + (f" and {more} more" if more > 0 else "")


def ceilings(known: RunFacts) -> TableView:
    """The machine's ceilings with their spread."""
    rows = []
    for c in known.run.provenance.machine.ceilings:
        form = {"peak": units.flop_rate, "bandwidth": units.byte_rate}.get(
            c.quantity, units.time
        )
        measured = c.value > 0
        rows.append(
            (
                c.label,
                c.level or c.dtype,
                str(c.threads),
                form(c.value) if measured else "not measured",
                units.interval(c.low, c.high, form) if measured and c.high > 0 else "",
                c.warning,
            )
        )
    return TableView(
        "Measured ceilings",
        ("ceiling", "of", "threads", "best", "5th to 95th percentile", "remark"),
        (False, False, True, True, True, False),
        tuple(rows),
    )


def call_costs(known: RunFacts) -> TableView | None:
    """The machine's call costs; None when there are none."""
    costs = known.run.provenance.machine.call_costs
    if not costs:
        return None
    rows = tuple(
        (
            c.operation,
            f"{c.layout}, {c.dims}-D" if c.dims else c.layout,
            c.dtype,
            units.time(c.fixed_s),
            units.interval(c.fixed_low_s, c.fixed_high_s),
            units.count(c.n_half) if c.n_half > 0 else "",
        )
        for c in costs
    )
    return TableView(
        "What a call costs before it does anything",
        ("operation", "layout", "dtype", "fixed cost", "interval", "n½"),
        (False, False, False, True, True, True),
        rows,
    )
