"""The rows of a run become tables: points, samples, operations, lines."""

from collections.abc import Iterable, Sequence
from statistics import median

import pandas as pd

from profiler_suite.analysis import roofline, statistics, time_breakdown
from profiler_suite.analysis.run import scaling
from profiler_suite.analysis.run.history import History
from profiler_suite.analysis.run.line_breakdown import LineBreakdown
from profiler_suite.analysis.run.operation_columns import operation_columns
from profiler_suite.analysis.run.point_columns import (
    RECORD_COLUMNS,
    point_columns,
    with_metrics,
)
from profiler_suite.analysis.run.table_columns import (
    LINE_COLUMNS,
    OPERATION_COLUMNS,
    SAMPLE_COLUMNS,
    fields_in,
    typed,
)
from profiler_suite.errors import UsageError
from profiler_suite.machine import canary
from profiler_suite.model.experiment import Cost, Point, Problem
from profiler_suite.model.results import Breakdown, Estimate
from profiler_suite.model.rows import BreakdownRecord, LineRecord, Status, Visit, WorkerRecord
from profiler_suite.model.run import Provenance

# Columns that are fields of a record, unchanged.
_OF_POINT, _OF_PROBLEM, _OF_COST, _OF_ESTIMATE, _OF_PLACEMENT = (
    fields_in(kind, RECORD_COLUMNS)
    for kind in (Point, Problem, Cost, Estimate, roofline.Placement)
)
_OF_LINE = fields_in(LineRecord, LINE_COLUMNS)


def operations(provenance: Provenance, history: History) -> pd.DataFrame:
    """One row per traced operation of every point; columns are `OPERATION_COLUMNS`."""
    machine = provenance.machine
    implementations = {p.id: (p.experiment, p.implementation) for p in provenance.points}
    rows = [
        {
            "id": breakdown_record.point,
            "experiment": implementations.get(breakdown_record.point, ("", ""))[0],
            "implementation": implementations.get(breakdown_record.point, ("", ""))[1],
            "plain_s": breakdown_record.plain_s,
            **operation_columns(operation, fault_s, breakdown_record.plain_s),
        }
        for breakdown_record in history.breakdown_records.values()
        if breakdown_record.plain_s > 0
        for fault_s, _ in [time_breakdown.fault_price(breakdown_record, machine)]
        for operation in breakdown_record.operations
    ]
    return typed(rows, OPERATION_COLUMNS)


def points(
    provenance: Provenance, history: History, breakdowns: dict[str, Breakdown]
) -> pd.DataFrame:
    """One row per point, skipped ones too: `point_columns()`, then the problems' dimensions."""
    reasons = {skip.point.id: skip.reason for skip in provenance.skipped}
    everything = [*provenance.points, *(skip.point for skip in provenance.skipped)]
    dims = list(dict.fromkeys(name for point in everything for name in point.problem.dims))
    rows = [
        _point_row(p, provenance, history, reasons.get(p.id, ""), breakdowns.get(p.id))
        | _breakdown_columns(breakdowns.get(p.id), history.breakdown_records.get(p.id))
        for p in everything
    ]
    columns = point_columns()
    for name in dims:
        if name in columns:
            raise UsageError(
                f"the column {name!r} cannot be added: it is a dimension of the problems of "
                "this run; give the function another name"
            )
    table = with_metrics(typed(rows, [*columns, *dims]))
    # Each environment for itself: a series over both would be none.
    parts = [scaling.with_extrapolation(p) for _, p in table.groupby("environment", sort=False)]
    whole = pd.concat(parts).sort_index() if len(parts) > 1 else parts[0] if parts else table
    return whole.copy()  # columns of one type side by side: rows are chosen in half the time


def _point_row(
    point: Point,
    provenance: Provenance,
    history: History,
    skipped: str,
    breakdown: Breakdown | None,
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
        status, reason = Status.SKIPPED, "not measured yet"
    row: dict[str, object] = {
        **_OF_POINT(point),
        **_OF_PROBLEM(point.problem),
        **_OF_COST(point.cost),
        "problem": point.label,
        "status": status.value,
        "reason": reason,
        "executed_flop": roofline.executed_flop(point.cost),
        "flags": "",
        "bound": "",
        "level": "",
        "above_roof": False,
        **point.problem.dims,
    }
    row |= _worker_columns(history.workers.get(point.id, []))
    # The time of a wrong answer, or of half a visit before a crash, is no result.
    if status is Status.OK and visits:
        row |= _time_columns(point, visits, provenance, history, reason, breakdown)
    return row


def _breakdown_columns(
    found: Breakdown | None, breakdown_record: BreakdownRecord | None
) -> dict[str, object]:
    if found is None or breakdown_record is None:
        return {}
    columns: dict[str, object] = {name: found.share(name) for name in time_breakdown.ENTRIES}
    columns[time_breakdown.RESIDUAL] = found.share(time_breakdown.RESIDUAL) + found.share(
        time_breakdown.WAITING
    )
    columns |= {f"overhead_{method}": share for method, share in found.overhead_shares.items()}
    if not breakdown_record.untraced:
        columns |= {
            "traced_calls": breakdown_record.calls,
            "traced_flop": breakdown_record.flop,
            "traced_bytes": breakdown_record.traffic_bytes,
            "coverage": breakdown_record.coverage,
        }
    columns["breakdown_notes"] = "; ".join(found.notes)
    return columns


def _worker_columns(workers: Sequence[WorkerRecord]) -> dict[str, object]:
    if not workers:
        return {}
    checked = [worker for worker in workers if worker.error_bound or worker.largest_error]
    good = [worker for worker in workers if worker.status is Status.OK]
    columns: dict[str, object] = {"workers": len({worker.worker for worker in good})}
    if checked:
        columns["largest_error"] = max(worker.largest_error for worker in checked)
        columns["error_bound"] = max(worker.error_bound for worker in checked)
    if good:
        columns["cold_s"] = median(worker.cold_s for worker in good)
        columns["evaluations"] = good[-1].evaluations
    return columns


def _time_columns(
    point: Point,
    visits: Sequence[Visit],
    provenance: Provenance,
    history: History,
    reason: str,
    breakdown: Breakdown | None,
) -> dict[str, object]:
    found: Estimate = statistics.estimate(
        visits,
        history.worker_of[point.id],
        history.baselines,
        slow=history.slowness,
        threads=point.threads,
        exponent=history.exponents.get(point.id),
    )
    # As a share of the plain time of the same rounds: both had the same interference.
    placement = roofline.place(
        point,
        found.time_s,
        found.low_s,
        provenance.machine,
        overhead_s=time_breakdown.overhead(breakdown) * found.time_s if breakdown else 0.0,
        work_s=time_breakdown.work(breakdown) * found.time_s if breakdown else None,
    )
    flags = list(found.flags)
    if reason.startswith("not converged"):
        flags.append(reason)
    if placement.above_roof:
        flags.append("above a roof")
    return {
        **_OF_ESTIMATE(found),
        **_OF_PLACEMENT(placement),
        "samples": sum(len(visit.sample_times_s) for visit in visits),
        "minor_faults": median(visit.minor_faults for visit in visits),
        "flags": "; ".join(flags),
    }


def visits(history: History, most: int) -> pd.DataFrame:
    """When visits began and how their canaries were; columns as those of the samples.

    Of more than `most` visits, every so-many-th.
    """
    baselines = history.baselines
    # The canary of the memory does not count against a visit: not what a limit is held to.
    held = {name: s for name, s in baselines.items() if canary.kind(name) != "memory"}
    everything = [v for visits in history.visits.values() for v in visits]
    chosen = everything[:: max(1, -(-len(everything) // most))]
    rows = [
        (v.at_s, statistics.canary_ratio(v, held), canary.is_undisturbed(v, baselines))
        for v in chosen
    ]
    return typed(rows, ["at_s", "canary", "undisturbed"])


def samples(points: Iterable[Point], history: History) -> pd.DataFrame:
    """One row per sample of every visit; columns are `SAMPLE_COLUMNS`."""
    rows: list[tuple[object, ...]] = []
    for point in points:
        visits = history.visits.get(point.id, ())
        for visit, worker, number in zip(
            visits,
            history.worker_of.get(point.id, ()),
            history.round_of.get(point.id, ()),
            strict=True,
        ):
            ratio = statistics.canary_ratio(visit, history.baselines)
            undisturbed = canary.is_undisturbed(visit, history.baselines)
            rows.extend(
                (
                    point.id,
                    point.experiment,
                    point.implementation,
                    worker,
                    number,
                    sample,
                    visit.at_s,
                    time_s,
                    ratio,
                    undisturbed,
                )
                for sample, time_s in enumerate(visit.sample_times_s)
            )
    return typed(rows, SAMPLE_COLUMNS)


def lines(provenance: Provenance, history: History) -> pd.DataFrame:
    """One row per profiled source line; columns are `LINE_COLUMNS`."""
    experiments = {point.id: point.experiment for point in provenance.points}
    breakdown = {
        name: LineBreakdown(breakdown_record, provenance.machine)
        for name, breakdown_record in history.breakdown_records.items()
    }
    lines = history.lines
    totals: dict[str, float] = {}
    for line in lines:
        totals[line.point] = totals.get(line.point, 0.0) + line.time_s
    rows = [
        {
            **_OF_LINE(line),
            "id": line.point,
            "experiment": experiments.get(line.point, ""),
            "hits": line.hits / line.evaluations,
            "time_s": line.time_s / line.evaluations,
            "share": line.time_s / totals[line.point] if totals[line.point] else 0.0,
            "corrected_share": line.corrected_s / line.plain_s if line.plain_s else 0.0,
            **(breakdown[line.point].split(line) if line.point in breakdown else {}),
        }
        for line in lines
    ]
    return typed(rows, LINE_COLUMNS)
