"""Tables of where the time goes: breakdowns, operations, disagreements."""

from typing import Any

from profiler_suite import units
from profiler_suite.analysis import shares
from profiler_suite.analysis.time_breakdown import ARITHMETIC, COPY, ENTRIES, GAP
from profiler_suite.model.results import Breakdown, BreakdownEntry
from profiler_suite.report.content import selection
from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.content.selection import METHODS, with_breakdown
from profiler_suite.report.content.table import TableView, numbers, tabulated, words

_MOST_GAPS = 15
_MOST_CALLS = 4  # operations per implementation
_MOST_APART = 4  # implementations whose two times are named
_NOTHING = "≈ 0"


def breakdown(known: RunFacts) -> TableView | None:
    """Time breakdowns of every implementation of the question, or of the first experiment."""
    frame = with_breakdown(known.points)
    if frame.empty:
        return None
    first = known.answer.experiment if known.answer else frame["experiment"].iloc[0]
    own = selection.of_experiment(frame, first).sort_values(["flop", "time_s"])
    rows = [
        (
            row.implementation,
            row.problem,
            units.time(row.time_s),
            *_entries(row),
            *(_overhead(known, row, method) for method in METHODS),
            _remark(row),
        )
        for row in selection.rows(own)
    ]
    methods = tuple(f"overhead: {name}" for name in METHODS.values())
    return TableView(
        f"The time breakdown in % of the time ({first})",
        ("implementation", "problem", "time", *ENTRIES, *methods, "remark"),
        (False, False, *(True,) * (1 + len(ENTRIES) + len(methods)), False),
        tuple(rows),
        minor=("problem", "remark"),
        note=_in_their_own_rounds(known, list(selection.rows(own))),
    ).filled()


def _in_their_own_rounds(known: RunFacts, rows: list[Any]) -> str:
    """That breakdowns have a time of their own, and where it is not the one of the question."""
    said = (
        "The time breakdown is measured in rounds of its own, after those of the sweep and in "
        "another process, and its shares refer to the time measured there: by then the machine "
        "may be in another state, and data may lie elsewhere in memory."
    )
    apart = []
    for row in rows:
        breakdown_record = known.run.history.breakdown_records.get(row.id)
        if (
            breakdown_record
            and breakdown_record.plain_s > 0
            and not row.low_s <= breakdown_record.plain_s <= row.high_s
        ):
            apart.append(
                (abs(breakdown_record.plain_s / row.time_s - 1), row, breakdown_record.plain_s)
            )
    if not apart:
        return f"{said} Here the two times agree within their intervals."
    apart.sort(key=lambda each: -each[0])
    named = "; ".join(
        f"{row.implementation} {units.time(plain_s)}, {units.ratio(plain_s / row.time_s)} "
        f"of {units.time(row.time_s)}"
        for _, row, plain_s in apart[:_MOST_APART]
    )
    more = len(apart) - _MOST_APART
    return (
        f"{said} Outside the interval of the sweep's time: {named}"
        f"{f'; and {more} more that are less far off' if more > 0 else ''}."
    )


def _entries(row: Any) -> list[str]:
    """Shares that add up to 100; a dash where the methods disagree too far to say any."""
    found = shares.of_row(row)
    if not found.add_up:
        return ["–"] * len(ENTRIES)
    return [f"{100 * found.parts[name]:.1f}" for name in ENTRIES]


def _remark(row: Any) -> str:
    notes = row.breakdown_notes if isinstance(row.breakdown_notes, str) else ""
    return "; ".join(filter(None, (shares.of_row(row).disagreement, notes)))


def _overhead(known: RunFacts, row: Any, method: str) -> str:
    share = getattr(row, method)
    found = known.run.breakdowns.get(row.id)
    return _share(share, _spread_of_work(found, method) if found else 0.0, digits=0)


def _spread_of_work(found: Breakdown, method: str) -> float:
    """Half the spread of 1 − copy − arithmetic by one method, as a share of the time."""
    entries = {"overhead_replay": found.replay, "overhead_native": found.native}
    work = [e for e in entries.get(method, ()) if e.name in (COPY, ARITHMETIC)]
    return sum(map(_half, work)) / found.time_s if found.time_s > 0 else 0.0


def _half(entry: BreakdownEntry) -> float:
    return (entry.high_s - entry.low_s) / 2


def _share(share: float, spread: float, digits: int) -> str:
    """A share in % of the time; what is below 0 says whether its spread explains that."""
    if share != share:
        return ""
    text = f"{100 * share:.{digits}f}"
    if float(text) >= 0:
        return text.lstrip("-")
    if share + spread >= 0:
        return _NOTHING
    text = text.replace("-", "−")
    return f"{text} ± {100 * spread:.{digits}f}" if spread else text


def gaps(known: RunFacts) -> TableView | None:
    """Points whose overhead share differs by more than 10 points between two methods."""
    frame = with_breakdown(known.points)
    apart = (frame["overhead_replay"] - frame["overhead_native"]).abs()
    frame = frame.assign(apart=apart)[apart > GAP].sort_values("apart", ascending=False)
    if frame.empty:
        return None
    left_out = len(frame) - _MOST_GAPS
    columns = (
        words("experiment", "experiment", minor=True),
        words("implementation", "implementation"),
        words("problem", "problem"),
        numbers("replay", lambda row: _overhead(known, row, "overhead_replay")),
        numbers("native", lambda row: _overhead(known, row, "overhead_native")),
        numbers("apart", lambda row: f"{100 * row.apart:.0f}"),
    )
    return tabulated(
        "Points where replay and native samples disagree: overhead share in % of the time"
        + (f"; {left_out} more are in points.csv" if left_out > 0 else ""),
        selection.rows(frame.head(_MOST_GAPS)),
        columns,
        note="Overhead below 0 means that the operations, each repeated alone, take longer "
        "than the whole that they are part of.",
    )


def operations(known: RunFacts) -> TableView | None:
    """The costliest operations of every implementation of the question's experiment."""
    frame = known.run.operations
    if frame.empty:
        return None
    first = known.answer.experiment if known.answer else frame["experiment"].iloc[0]
    own = frame[(frame["experiment"] == first) & frame["call_s"].notna()]
    own = own.sort_values("share", ascending=False).groupby("id", sort=False).head(_MOST_CALLS)
    points = known.points.set_index("id")
    own = own.assign(
        of_flop=own["id"].map(points["flop"]), of_time_s=own["id"].map(points["time_s"])
    ).sort_values(["of_flop", "of_time_s", "id", "share"], ascending=[True, True, True, False])
    own = own.assign(opens=own["id"].ne(own["id"].shift()))
    columns = (
        words("implementation", lambda row: row.implementation if row.opens else ""),
        words("operation", _operation),
        words("operands", "operands", minor=True),
        numbers("calls", lambda row: units.count(row.calls), minor=True),
        numbers("each", lambda row: units.time(row.call_s), minor=True),
        numbers("all calls", lambda row: units.time(row.calls * row.call_s)),
        numbers("of whole", lambda row: units.percent(row.share)),
        numbers("fixed part", lambda row: units.time(row.fixed_s), minor=True),
        numbers("growing part", _growing, minor=True),
        numbers("FLOP", lambda row: units.count(row.flop), minor=True),
        numbers("bytes", lambda row: units.size(row.traffic_bytes), minor=True),
    )
    return tabulated(
        f"The costliest operations, each timed alone ({first}; implementations by their time)",
        selection.rows(own),
        columns,
        below=lambda row: f"whole: {units.time(row.plain_s)}" if row.opens else "",
        note="“Whole” is the implementation's plain time in the rounds in which its operations "
        "were timed; shares refer to it. It may differ from the time of the sweep, see above. "
        "Shares need not add up to 100 %: an operation repeated alone can be faster than "
        "within the whole, or slower where the whole keeps its data in the cache. "
        f"{_NOTHING} means nothing beyond its spread.",
    )


def _operation(row: Any) -> str:
    """'np.add (in sum)'; of private modules in between only that they are there."""
    first, *between, last = row.operation.split(".") if "." in row.operation else ("", "")
    name = f"{first}…{last}" if len(between) > 1 else row.operation
    return f"{name} (in {row.via.rpartition('.')[2]})" if row.via else name


def _growing(row: Any) -> str:
    """The growing part of a call; what is below 0 says whether its spread explains that."""
    text = units.time(row.growing_s)
    if row.growing_s >= 0:
        return text
    spread_s = row.call_spread_s + row.fixed_spread_s
    if row.growing_s + spread_s >= 0:
        return _NOTHING
    return f"{text} ± {units.time(spread_s)}".replace("-", "−")


def overhead(known: RunFacts) -> TableView | None:
    """What the fixed costs of the calls account for, in the question's experiment."""
    if known.answer is None:
        return None
    own = selection.measured(selection.of_experiment(known.points, known.answer.experiment))
    own = own[own["overhead_flop_per_s"].gt(0) & own["calls"].gt(0)]
    if own.empty:
        return None
    share = own["flop_per_s"] / own["overhead_flop_per_s"]
    columns = (
        words("implementation", "implementation"),
        numbers("calls", lambda row: units.count(row.calls)),
        numbers("their fixed cost", lambda row: units.time(row.flop / row.overhead_flop_per_s)),
        numbers("measured time", lambda row: units.time(row.time_s)),
        numbers("share", lambda row: units.percent(row.part)),
    )
    costliest = own.assign(part=share).sort_values("part", ascending=False)
    caption = "The least that entering the calls costs"
    return tabulated(caption, selection.rows(costliest), columns)
