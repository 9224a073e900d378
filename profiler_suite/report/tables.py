"""The small tables of the page and of the Markdown summary."""

from profiler_suite import units
from profiler_suite.analysis.ledger import GAP
from profiler_suite.report import columns, selection
from profiler_suite.report.books import METHODS, with_ledger
from profiler_suite.report.known import Known
from profiler_suite.report.style import ENTRY_COLOURS
from profiler_suite.report.view import TableView

_MOST_GAPS = 15
_MOST_CALLS = 4  # operations per implementation


def arms(known: Known) -> TableView | None:
    """Every implementation of the question's experiment."""
    if known.answer is None:
        return None
    own = selection.of_experiment(known.points, known.answer.experiment)
    own = own[own["replica"] == 0]
    best = selection.measured(own).groupby("problem")["time_s"].min()
    rows = []
    for row in selection.rows(own.sort_values(["flop", "time_s"])):
        ok = row.status == "ok" and row.time_s > 0
        rows.append(
            (
                row.implementation,
                row.problem,
                units.time(row.time_s) if ok else row.status,
                f"±{units.percent(columns.half_width(row))}" if ok else "",
                units.ratio(row.time_s / best[row.problem]) if ok else "",
                units.flop_rate(row.flop_per_s) if ok else "",
                units.percent(row.of_attainable) if ok and columns.bound(row) else "",
                columns.bound(row) if ok else str(row.reason),
            )
        )
    return TableView(
        "Every implementation of both arms",
        ("implementation", "problem", "time", "±", "of best", "rate", "of roof", "bound by"),
        (False, False, True, True, True, True, True, False),
        tuple(rows),
    )


def books(known: Known) -> TableView | None:
    """The ledger of every implementation of the question, or of the first experiment."""
    frame = with_ledger(known.points)
    if frame.empty:
        return None
    first = known.answer.experiment if known.answer else frame["experiment"].iloc[0]
    own = selection.of_experiment(frame, first).sort_values(["flop", "time_s"])
    rows = [
        (
            row.implementation,
            row.problem,
            units.time(row.time_s),
            *(_tenths_of_100(getattr(row, entry)) for entry in ENTRY_COLOURS),
            *(_points_of_100(getattr(row, method)) for method in METHODS),
            row.ledger_notes if isinstance(row.ledger_notes, str) else "",
        )
        for row in selection.rows(own)
    ]
    methods = tuple(f"overhead: {name}" for name in METHODS.values())
    return TableView(
        f"The books in % of the time ({first})",
        (
            "implementation",
            "problem",
            "time",
            *ENTRY_COLOURS,
            *methods,
            "remark",
        ),
        (False, False, *(True,) * (1 + len(ENTRY_COLOURS) + len(methods)), False),
        tuple(rows),
    )


def _points_of_100(share: float) -> str:
    return _signed(f"{100 * share:.0f}") if share == share else ""


def _tenths_of_100(share: float) -> str:
    return _signed(f"{100 * share:.1f}") if share == share else ""


def _signed(number: str) -> str:
    """A real minus sign, and none before zero."""
    return number.replace("-", "−") if float(number) else number.lstrip("-")


def gaps(known: Known) -> TableView | None:
    """Points whose overhead share differs by more than 10 points between two methods."""
    frame = with_ledger(known.points)
    apart = (frame["overhead_replay"] - frame["overhead_native"]).abs()
    frame = frame.assign(apart=apart)[apart > GAP].sort_values("apart", ascending=False)
    if frame.empty:
        return None
    shown = frame.head(_MOST_GAPS)
    rows = tuple(
        (
            row.experiment,
            row.implementation,
            row.problem,
            _points_of_100(row.overhead_replay),
            _points_of_100(row.overhead_native),
            f"{100 * row.apart:.0f}",
        )
        for row in selection.rows(shown)
    )
    left_out = len(frame) - len(shown)
    return TableView(
        "Points where replay and native samples disagree: overhead share in % of the time"
        + (f"; {left_out} more are in points.csv" if left_out else ""),
        ("experiment", "implementation", "problem", "replay", "native", "apart"),
        (False, False, False, True, True, True),
        rows,
    )


def operations(known: Known) -> TableView | None:
    """The costliest operations of every implementation of the question's experiment."""
    frame = known.run.operations
    if frame.empty:
        return None
    first = known.answer.experiment if known.answer else frame["experiment"].iloc[0]
    own = frame[(frame["experiment"] == first) & frame["call_s"].notna()]
    own = own.sort_values("share", ascending=False).groupby("id", sort=False).head(_MOST_CALLS)
    times = known.points.set_index("id")["time_s"]
    own = own.assign(time_s=own["id"].map(times)).sort_values(
        ["time_s", "id", "share"], ascending=[True, True, False]
    )
    rows = tuple(
        (
            row.implementation,
            row.operation + (f" (in {row.via.rpartition('.')[2]})" if row.via else ""),
            row.operands,
            units.count(row.calls),
            units.time(row.call_s),
            units.time(row.fixed_s),
            units.time(row.growing_s).replace("-", "−"),
            units.percent(row.share),
            units.count(row.flop),
            units.size(row.traffic_bytes),
        )
        for row in selection.rows(own)
    )
    headings = (
        "implementation",
        "operation",
        "operands",
        "calls",
        "each",
        "fixed part",
        "growing part",
        "share",
        "FLOP",
        "bytes",
    )
    return TableView(
        f"The costliest operations, each timed alone ({first})",
        headings,
        (False, False, False, *(True,) * 7),
        rows,
    )


def overhead(known: Known) -> TableView | None:
    """What the fixed costs of the calls account for, in the question's experiment."""
    if known.answer is None:
        return None
    own = selection.measured(selection.of_experiment(known.points, known.answer.experiment))
    own = own[own["overhead_flop_per_s"].gt(0) & own["calls"].gt(0)]
    if own.empty:
        return None
    share = own["flop_per_s"] / own["overhead_flop_per_s"]
    rows = [
        (
            row.implementation,
            units.count(row.calls),
            units.time(row.flop / row.overhead_flop_per_s),
            units.time(row.time_s),
            units.percent(row.part),
        )
        for row in selection.rows(own.assign(part=share).sort_values("part", ascending=False))
    ]
    return TableView(
        "What entering the calls costs at least",
        ("implementation", "calls", "their fixed cost", "measured time", "share"),
        (False, True, True, True, True),
        tuple(rows),
    )


def threads(known: Known) -> TableView | None:
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
                f"{units.three_digits(row.low)} to {units.three_digits(row.high)}",
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
    return TableView("Speed-up over one thread", headings, numeric, tuple(rows))


def doubtful(known: Known) -> TableView | None:
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
    )


def unmeasured(known: Known) -> TableView | None:
    """Points without a result, and why."""
    frame = known.points[known.points["status"] != "ok"]
    if frame.empty:
        return None
    rows = tuple(
        (
            row.status,
            row.experiment,
            columns.implementation(row),
            columns.problem(row),
            str(row.reason),
        )
        for row in selection.rows(frame)
    )
    return TableView(
        "Points without a result",
        ("status", "experiment", "implementation", "problem", "why"),
        (False,) * 5,
        rows,
    )


def ceilings(known: Known) -> TableView:
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
                f"{form(c.low)} to {form(c.high)}" if measured and c.high > 0 else "",
                c.warning,
            )
        )
    return TableView(
        "Measured ceilings",
        ("ceiling", "of", "threads", "best", "5th to 95th percentile", "remark"),
        (False, False, True, True, True, False),
        tuple(rows),
    )


def call_costs(known: Known) -> TableView | None:
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
            f"{units.time(c.fixed_low_s)} to {units.time(c.fixed_high_s)}",
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
