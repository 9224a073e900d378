"""Turns a run folder's rows into tidy DataFrames."""

import contextlib
import dataclasses
import functools
import gc
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from profiler_suite import store
from profiler_suite.analysis import crossovers, ledger, roofline, scaling, statistics
from profiler_suite.analysis.line_books import SPLIT_COLUMNS, LineBooks
from profiler_suite.errors import RunFolderError
from profiler_suite.machine import canary
from profiler_suite.model import (
    AccountRecord,
    Estimate,
    LaunchRecord,
    Ledger,
    LineRecord,
    LinesRecord,
    PassRecord,
    Point,
    PointRecord,
    Provenance,
    RoundRecord,
    Row,
    Status,
    Visit,
)

# Column → what it means and in which unit. CSV headers, JSON keys, the page's
# table and its glossary all come from here.
POINT_COLUMNS = {
    "id": "readable and stable name of the point",
    "experiment": "the experiment it belongs to",
    "workload": "convolution, dense, or a user's own",
    "problem": "the problem in a few characters",
    "name": "the problem's own name, when it has one",
    "implementation": "how it is computed",
    "family": "loop, vectorized, gemm, fft, library, product, …",
    "dtype": "element type of the inputs",
    "layout": "memory layout of the input",
    "threads": "BLAS threads",
    "replica": "1 for the second entry of an A/A pair",
    "environment": "empty for the suite's own Python, 'other' for that of sweep --versus",
    "status": "ok, wrong, failed, crashed, timeout, skipped",
    "reason": "why it is not ok, or why measuring it stopped",
    "time_s": "time of one evaluation: median of clean visits, s",
    "low_s": "lower end of the 95 % interval of time_s, s",
    "high_s": "upper end of the 95 % interval of time_s, s",
    "minimum_s": "smallest visit median, s",
    "raw_median_s": "median over all visits, clean or not, s",
    "p95_s": "95th percentile of samples, s",
    "cold_s": "the first call in a new process (median over launches), s",
    "evaluations": "evaluations per sample",
    "samples": "samples taken",
    "visits": "visits made",
    "clean_visits": "visits whose canaries were near their floor",
    "clean_share": "clean_visits / visits",
    "launches": "processes that measured it",
    "flop": "textbook FLOP of one evaluation",
    "executed_flop": "FLOP really executed, by the cost model; flop where it says nothing else",
    "compulsory_bytes": "bytes that must move at least",
    "intensity": "flop / compulsory_bytes, FLOP/byte",
    "flop_per_s": "flop / time_s (effective rate), FLOP/s",
    "calls": "NumPy calls per evaluation, from the cost model",
    "working_set_bytes": "inputs, output and workspace, bytes",
    "minor_faults": "minor page faults per evaluation",
    "largest_error": "largest absolute difference from the reference",
    "error_bound": "what that difference may be",
    "bound": "overhead, memory or compute: the lowest roof over the point",
    "level": "the memory level that holds the working set",
    "attainable_flop_per_s": "the lowest roof, FLOP/s",
    "overhead_flop_per_s": "the roof that fixed call costs set, FLOP/s",
    "of_attainable": "flop_per_s / attainable_flop_per_s",
    "above_roof": "True where it beats a roof: an error in units, counts or ceilings",
    "interpreter": "share of time: Python executing bytecode and wrappers",
    "dispatch": "share of time: fixed cost of entering compiled calls",
    "memory": "share of time: allocation and page faults",
    "copy": "share of time: moving data without arithmetic",
    "arithmetic": "share of time: ufunc inner loops and BLAS",
    "residual": "share of time that the other entries do not explain; may be negative",
    "overhead_replay": "1 − copy − arithmetic as shares of time, by operation replay",
    "overhead_native": "1 − copy − arithmetic as shares of time, by native samples",
    "overhead_extrapolated": "time at no work over time, by extrapolation over problems "
    "that make the same calls",
    "traced_calls": "operations counted in one evaluation",
    "traced_flop": "FLOP really executed, as traced",
    "traced_bytes": "bytes read and written by all operations, as traced",
    "coverage": "share of operations that could be counted",
    "ledger_notes": "what is missing in the ledger or disagrees",
    "flags": "what makes the number doubtful, separated by '; '",
}
"""The dimensions of the problems follow as columns of their own (height, filters, …)."""

SAMPLE_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "launch": "number of the process",
    "round": "number of the round",
    "sample": "number within the visit",
    "at_s": "when the visit began, seconds since the run began",
    "time_s": "time per evaluation, s",
    "canary": "worse of the visit's canaries relative to its floor",
    "clean": "True when the canaries were near their floor",
}

OPERATION_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "operation": "ufunc, method, indexing, …",
    "via": "the Python function of NumPy or SciPy that made the call, if any",
    "operands": "shapes and dtype of the arrays that go in",
    "file": "source file of the line that calls it most",
    "line": "that line",
    "calls": "calls in one evaluation",
    "call_s": "one call, timed alone, s",
    "fixed_s": "one call at vanishing size, s: entering it",
    "growing_s": "what one call takes beyond that and its page faults, s",
    "share": "all calls over the plain time of the function",
    "entry": "copy or arithmetic: what the growing part is",
    "flop": "executed FLOP of all calls",
    "traffic_bytes": "bytes read and written by all calls",
    "minor_faults": "page faults of one call",
}

LINE_COLUMNS = {
    "id": "the profiled point",
    "experiment": "the experiment it belongs to",
    "implementation": "the implementation it belongs to",
    "file": "source file",
    "function": "function the line belongs to",
    "line": "line number in the file",
    "source": "text of the line",
    "hits": "times it ran per evaluation",
    "time_s": "raw time per evaluation as line_profiler counts it, s",
    "share": "time_s over the total of the profiled functions",
    "corrected_s": "time of the line in one plain evaluation, s; 0 when not corrected",
    "uncertainty_s": "half width of the 95 % interval of corrected_s, s",
    "corrected_share": "corrected_s over plain_s",
    "resolved": "True where corrected_s is larger than its uncertainty",
    "method": "sampled, modelled, or empty when the line was not corrected",
    "indicative": "True where it is modelled and may be off by 5 points of 100 or more",
    "looks": "looks at plain evaluations that found the line running",
    "added_s": "what line_profiler added to the line per evaluation, by the model, s",
    "plain_s": "plain time of one evaluation, measured in turns with the watched ones, s",
    "profiled_s": "wall time of one evaluation under line_profiler, s",
    **SPLIT_COLUMNS,
}


_TRUTH_COLUMNS = frozenset({"above_roof", "clean", "resolved", "indicative"})
_TEXT_COLUMNS = frozenset(
    {
        *("id", "experiment", "workload", "problem", "name", "implementation", "family"),
        *(
            "dtype",
            "layout",
            "environment",
            "status",
            "reason",
            "bound",
            "level",
            "flags",
            "ledger_notes",
        ),
        *("operation", "via", "operands", "file", "entry", "function", "source", "method"),
    }
)
# Columns that are fields of the record, unchanged.
_LINE_FIELDS = (
    "corrected_s",
    "uncertainty_s",
    "resolved",
    "method",
    "indicative",
    "looks",
    "added_s",
    "plain_s",
    "profiled_s",
)


@dataclasses.dataclass(frozen=True)
class Run:
    """One run folder, read: provenance, tables and what the tables were made from."""

    folder: Path
    provenance: Provenance
    points: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    ledgers: dict[str, Ledger]
    """Point id → its ledger, for the points that have one."""
    history: "History"
    hosts: "dict[str, Run]" = dataclasses.field(default_factory=dict)
    """Name → the run of each host, in a run over several; the tables above are the first's."""

    @functools.cached_property
    def samples(self) -> pd.DataFrame:
        """Every sample with the state of its canaries; made when it is first asked for."""
        return _samples(self.provenance.points, self.history)

    @functools.cached_property
    def crossovers(self) -> pd.DataFrame:
        """Where one family overtakes another; found when first asked for."""
        return crossovers.crossovers(self.points, self.provenance.experiments)

    @functools.cached_property
    def thread_scaling(self) -> pd.DataFrame:
        """Speed-up of every case over one thread; found when first asked for."""
        return scaling.thread_scaling(self.points)

    @property
    def complete(self) -> bool:
        """True when the sweep came to its end."""
        return any(p.name == "sweep" and "complete" in p.outcome for p in self.history.passes)

    @property
    def own(self) -> "Run":
        """The run with the points of the suite's own environment alone."""
        if self.provenance.other is None:
            return self
        points = self.points[self.points["environment"] == ""]
        return dataclasses.replace(self, points=points)


@dataclasses.dataclass(frozen=True)
class History:
    """The rows of a run, sorted by point."""

    visits: dict[str, list[Visit]]
    launch_of: dict[str, list[int]]
    """Process of each visit, in the order of `visits`."""
    round_of: dict[str, list[int]]
    launches: dict[str, list[LaunchRecord]]
    outcomes: dict[str, PointRecord]
    lines: list[LineRecord]
    accounts: dict[str, AccountRecord]
    passes: list[PassRecord]
    unreadable: int
    """Lines of the record file that could not be read."""
    own_floors: dict[str, float]
    """Floor of each canary in this run, s."""
    floors: dict[str, float]
    """What canaries are held against: this run's floors, or kept ones if it was all slow."""
    slowness: float
    """This run's floor over the kept one, at least 1."""

    def by_round(self, point_id: str) -> dict[int, Visit]:
        """The point's visits by round."""
        return dict(
            zip(self.round_of.get(point_id, ()), self.visits.get(point_id, ()), strict=True)
        )


def history_of(rows: Sequence[Row], unreadable: int, kept_floors: dict[str, float]) -> History:
    """Sort rows by point and find the run's floors."""
    visits: dict[str, list[Visit]] = {}
    launch_of: dict[str, list[int]] = {}
    round_of: dict[str, list[int]] = {}
    launches: dict[str, list[LaunchRecord]] = {}
    outcomes: dict[str, PointRecord] = {}
    lines: dict[str, list[LineRecord]] = {}
    passes: list[PassRecord] = []
    accounts: dict[str, AccountRecord] = {}
    canaries: dict[str, list[float]] = {}
    for row in rows:
        if isinstance(row, RoundRecord):
            for visit in row.visits:
                visits.setdefault(visit.point, []).append(visit)
                launch_of.setdefault(visit.point, []).append(row.launch)
                round_of.setdefault(visit.point, []).append(row.round)
                for name, pair in visit.canaries_s.items():
                    canaries.setdefault(name, []).extend(pair)
        elif isinstance(row, LaunchRecord):
            launches.setdefault(row.point, []).append(row)
        elif isinstance(row, PointRecord):
            outcomes[row.point.id] = row
        elif isinstance(row, LinesRecord):
            lines[row.point] = list(row.lines)
        elif isinstance(row, LineRecord):
            lines.setdefault(row.point, []).append(row)
        elif isinstance(row, AccountRecord):
            accounts[row.point] = row
        elif isinstance(row, PassRecord):
            passes.append(row)
    own = {name: statistics.own_floor(times) for name, times in canaries.items()}
    return History(
        visits=visits,
        launch_of=launch_of,
        round_of=round_of,
        launches=launches,
        outcomes=outcomes,
        lines=[line for each in lines.values() for line in each],
        accounts=accounts,
        passes=passes,
        unreadable=unreadable,
        own_floors=own,
        floors=canary.effective_floors(own, kept_floors),
        slowness=statistics.slowness(own, kept_floors),
    )


def find_run(name: str | Path) -> Path:
    """The run folder of that path, or of that name below ``reports/``."""
    for folder in (Path(name), Path("reports") / name):
        if store.is_run(folder):
            return folder.resolve()
    here = Path("reports")
    known = sorted(f.name for f in here.iterdir() if store.is_run(f)) if here.is_dir() else []
    hint = f"runs in reports/: {', '.join(known[-5:])}" if known else "run a sweep first"
    raise RunFolderError(f"no run in {str(name)!r}; {hint}")


def load(folder: str | Path) -> Run:
    """Read a run folder; a path, or a name below ``reports/`` such as 'latest'."""
    path = find_run(folder)
    hosts = {run.provenance.host: run for run in map(_load, store.host_folders(path))}
    if hosts:
        # The one that run.json was written for first, then by name.
        first = hosts.get(store.read_provenance(path).host) or next(iter(hosts.values()))
        others = {name: run for name, run in hosts.items() if run is not first}
        hosts = {first.provenance.host: first} | others
        return dataclasses.replace(first, folder=path, hosts=hosts)
    return _load(path)


def _load(path: Path) -> Run:
    with collections_put_off():
        return _read(path)


@contextlib.contextmanager
def collections_put_off() -> Iterator[None]:
    """Millions of rows are kept: looking for rubbish among them takes seconds, many times."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(path: Path) -> Run:
    provenance = store.read_provenance(path)
    rows, unreadable = store.read_rows(path)
    history = history_of(rows, unreadable, provenance.floors_s)
    ledgers = _ledgers(provenance, history)
    return Run(
        folder=path,
        provenance=provenance,
        points=_points(provenance, history, ledgers),
        lines=_lines(provenance, history),
        operations=_operations(provenance, history),
        ledgers=ledgers,
        history=history,
    )


def _typed(rows: Sequence[Any], columns: Iterable[str]) -> pd.DataFrame:
    """A table whose columns are text, truth or numbers, also when it has no rows."""
    table = pd.DataFrame(list(rows), columns=list(columns))
    kinds: dict[str, str] = {}
    for name in table.columns:
        if name in _TRUTH_COLUMNS:
            kinds[name] = "bool"
        elif name in _TEXT_COLUMNS:
            table[name] = table[name].astype(object).where(table[name].notna(), "")
        elif table[name].isna().all():  # no value at all has no type
            kinds[name] = "float64"
    return table.astype(kinds)


def _ledgers(provenance: Provenance, history: History) -> dict[str, Ledger]:
    made = (ledger.ledger(a, provenance.machine) for a in history.accounts.values())
    return {each.point: each for each in made if each is not None}


def _operations(provenance: Provenance, history: History) -> pd.DataFrame:
    machine = provenance.machine
    implementations = {p.id: (p.experiment, p.implementation) for p in provenance.points}
    rows = [
        {
            "id": account.point,
            "experiment": implementations.get(account.point, ("", ""))[0],
            "implementation": implementations.get(account.point, ("", ""))[1],
            "operation": operation.name,
            "via": operation.via,
            "operands": operation.shapes,
            "file": operation.file,
            "line": operation.line,
            "calls": operation.calls,
            "call_s": operation.full_s if operation.replayed else np.nan,
            "fixed_s": operation.fixed_s if operation.replayed else np.nan,
            "growing_s": (
                ledger.growing_s(operation, fault_s) if operation.replayed else np.nan
            ),
            "share": operation.calls * operation.full_s / account.plain_s,
            "entry": ledger.grows_as(operation),
            "flop": operation.flop,
            "traffic_bytes": operation.traffic_bytes,
            "minor_faults": operation.minor_faults,
        }
        for account in history.accounts.values()
        if account.plain_s > 0
        for fault_s, _ in [ledger.fault_price(account, machine)]
        for operation in account.operations
    ]
    return _typed(rows, OPERATION_COLUMNS)


def _points(
    provenance: Provenance, history: History, ledgers: dict[str, Ledger]
) -> pd.DataFrame:
    reasons = {skip.point.id: skip.reason for skip in provenance.skipped}
    everything = [*provenance.points, *(skip.point for skip in provenance.skipped)]
    dims = list(dict.fromkeys(name for point in everything for name in point.problem.dims))
    rows = [
        _point_row(p, provenance, history, reasons.get(p.id, ""), ledgers.get(p.id))
        | _ledger_columns(ledgers.get(p.id), history.accounts.get(p.id))
        for p in everything
    ]
    table = _typed(rows, [*POINT_COLUMNS, *dims])
    # Each environment for itself: a series over both would be none.
    parts = [scaling.with_extrapolation(p) for _, p in table.groupby("environment", sort=False)]
    whole = pd.concat(parts).sort_index() if len(parts) > 1 else parts[0] if parts else table
    return whole.copy()  # columns of one type side by side: rows are chosen in half the time


def _point_row(
    point: Point,
    provenance: Provenance,
    history: History,
    skipped: str,
    books: Ledger | None,
) -> dict[str, object]:
    outcome = history.outcomes.get(point.id)
    visits = history.visits.get(point.id, [])
    if skipped:
        status, reason = Status.SKIPPED, skipped
    elif outcome:
        status, reason = outcome.status, outcome.reason
    elif visits:
        status, reason = Status.OK, "interrupted"
    else:
        status, reason = Status.SKIPPED, "not measured yet: the sweep was interrupted"
    row: dict[str, object] = {
        "id": point.id,
        "experiment": point.experiment,
        "workload": point.problem.workload,
        "problem": point.label,
        "name": point.problem.name,
        "implementation": point.implementation,
        "family": point.family,
        "dtype": point.problem.dtype,
        "layout": point.problem.layout,
        "threads": point.threads,
        "replica": point.replica,
        "environment": point.environment,
        "status": status.value,
        "reason": reason,
        "flop": point.cost.flop,
        "executed_flop": roofline.executed_flop(point.cost),
        "compulsory_bytes": point.cost.compulsory_bytes,
        "intensity": point.cost.intensity,
        "calls": point.cost.calls,
        "working_set_bytes": point.working_set_bytes,
        "flags": "",
        "bound": "",
        "level": "",
        "above_roof": False,
        **point.problem.dims,
    }
    row |= _launch_columns(history.launches.get(point.id, []))
    # The time of a wrong answer, or of half a visit before a crash, is no result.
    if status is Status.OK and visits:
        row |= _time_columns(point, visits, provenance, history, reason, books)
    return row


def _ledger_columns(found: Ledger | None, account: AccountRecord | None) -> dict[str, object]:
    if found is None or account is None:
        return {}
    columns: dict[str, object] = {
        entry.name: found.share(entry.name) for entry in found.entries
    }
    columns |= {f"overhead_{method}": share for method, share in found.overhead_shares.items()}
    if not account.untraced:
        columns |= {
            "traced_calls": account.calls,
            "traced_flop": account.flop,
            "traced_bytes": account.traffic_bytes,
            "coverage": account.coverage,
        }
    columns["ledger_notes"] = "; ".join(found.notes)
    return columns


def _launch_columns(launches: Sequence[LaunchRecord]) -> dict[str, object]:
    if not launches:
        return {}
    checked = [launch for launch in launches if launch.error_bound or launch.largest_error]
    good = [launch for launch in launches if launch.status is Status.OK]
    columns: dict[str, object] = {"launches": len({launch.launch for launch in good})}
    if checked:
        columns["largest_error"] = max(launch.largest_error for launch in checked)
        columns["error_bound"] = max(launch.error_bound for launch in checked)
    if good:
        columns["cold_s"] = median(launch.cold_s for launch in good)
        columns["evaluations"] = good[-1].evaluations
    return columns


def _time_columns(
    point: Point,
    visits: Sequence[Visit],
    provenance: Provenance,
    history: History,
    reason: str,
    books: Ledger | None,
) -> dict[str, object]:
    found: Estimate = statistics.estimate(
        visits,
        history.launch_of[point.id],
        history.floors,
        slow=history.slowness,
        threads=point.threads,
    )
    # As a share of the plain time of the same rounds: it was measured in their mood.
    overhead_share = (
        books.share(ledger.INTERPRETER) + books.share(ledger.DISPATCH) if books else 0.0
    )
    placement = roofline.place(
        point,
        found.time_s,
        found.low_s,
        provenance.machine,
        overhead_s=overhead_share * found.time_s,
    )
    flags = list(found.flags)
    if reason.startswith("not converged"):
        flags.append(reason)
    if placement.above_roof:
        flags.append("above a roof")
    return {
        "time_s": found.time_s,
        "low_s": found.low_s,
        "high_s": found.high_s,
        "minimum_s": found.minimum_s,
        "raw_median_s": found.raw_median_s,
        "p95_s": found.p95_s,
        "samples": sum(len(visit.sample_times_s) for visit in visits),
        "visits": found.visits,
        "clean_visits": found.clean_visits,
        "clean_share": found.clean_visits / found.visits,
        "flop_per_s": point.cost.flop / found.time_s,
        "minor_faults": median(visit.minor_faults for visit in visits),
        "bound": placement.bound,
        "level": placement.level,
        "attainable_flop_per_s": placement.attainable_flop_per_s,
        "overhead_flop_per_s": placement.overhead_flop_per_s,
        "of_attainable": placement.of_attainable,
        "above_roof": placement.above_roof,
        "flags": "; ".join(flags),
    }


def visits(run: Run, most: int) -> pd.DataFrame:
    """When visits began and how their canaries were; columns as those of the samples.

    Of more than `most` visits, every so-many-th.
    """
    floors = run.history.floors
    everything = [v for visits in run.history.visits.values() for v in visits]
    chosen = everything[:: max(1, -(-len(everything) // most))]
    rows = [
        (v.at_s, statistics.canary_ratio(v, floors), canary.is_clean(v, floors)) for v in chosen
    ]
    return _typed(rows, ["at_s", "canary", "clean"])


def _samples(points: Iterable[Point], history: History) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for point in points:
        visits = history.visits.get(point.id, ())
        for visit, launch, number in zip(
            visits,
            history.launch_of.get(point.id, ()),
            history.round_of.get(point.id, ()),
            strict=True,
        ):
            ratio = statistics.canary_ratio(visit, history.floors)
            clean = canary.is_clean(visit, history.floors)
            rows.extend(
                (
                    point.id,
                    point.experiment,
                    point.implementation,
                    launch,
                    number,
                    sample,
                    visit.at_s,
                    time_s,
                    ratio,
                    clean,
                )
                for sample, time_s in enumerate(visit.sample_times_s)
            )
    return _typed(rows, SAMPLE_COLUMNS)


def _lines(provenance: Provenance, history: History) -> pd.DataFrame:
    experiments = {point.id: point.experiment for point in provenance.points}
    books = {
        name: LineBooks(account, provenance.machine)
        for name, account in history.accounts.items()
    }
    lines = history.lines
    totals: dict[str, float] = {}
    for line in lines:
        totals[line.point] = totals.get(line.point, 0.0) + line.time_s
    rows = [
        {
            "id": line.point,
            "experiment": experiments.get(line.point, ""),
            "implementation": line.implementation,
            "file": line.file,
            "function": line.function,
            "line": line.line,
            "source": line.source,
            "hits": line.hits / line.evaluations,
            "time_s": line.time_s / line.evaluations,
            "share": line.time_s / totals[line.point] if totals[line.point] else 0.0,
            "corrected_share": line.corrected_s / line.plain_s if line.plain_s else 0.0,
            **{name: getattr(line, name) for name in _LINE_FIELDS},
            **(books[line.point].split(line) if line.point in books else {}),
        }
        for line in lines
    ]
    return _typed(rows, LINE_COLUMNS)
