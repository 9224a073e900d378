"""Two environments measured side by side in one run, compared by pairs of processes."""

import math
from collections.abc import Iterable, Mapping
from statistics import median, stdev

import msgspec
import pandas as pd

from profiler_suite.analysis import statistics
from profiler_suite.analysis.compare import environment
from profiler_suite.analysis.compare.changes import Change, Comparison
from profiler_suite.analysis.compare.verdicts import (
    ChangeEvidence,
    change_of,
    concluded,
    judge,
    unmeasured,
)
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import is_timed
from profiler_suite.model.experiment import Point
from profiler_suite.model.results import Verdict
from profiler_suite.model.rows import Status

PAIRED_THRESHOLD = 0.01
"""Side by side, less than this counts as none."""


def comparison_within(run: Run) -> Comparison | None:
    """Both environments of a `sweep --versus`; None for a run of one environment."""
    other = run.provenance.other
    if other is None:
        return None
    facts = run.provenance.machine.facts
    differing = environment.software_differences(
        other.facts, facts, (other.python_executable, run.provenance.python_executable)
    )
    table = run.points.set_index("id")
    points = [
        p for p in run.provenance.points if p.counterpart and not (p.environment or p.replica)
    ]
    workers = {p.id: _pairs_of_processes(p, run) for p in points}
    spreads = [stdev(logs.values()) for logs in workers.values() if len(logs) > 1]
    # The spread of few processes may be small by chance: at least what most points show.
    typical = median(spreads) if spreads else math.inf
    changes = [_side_by_side(p, table, workers[p.id], typical) for p in points]
    # What people call the two: by the versions they chose, else by what came along.
    chosen = (("Python", "NumPy"), ("BLAS",), ("SciPy",))
    told = next((t for c in chosen if (t := [d for d in differing if d.name in c])), [])
    names = [
        ", ".join(_short(d.name, text) for d, text in zip(told, texts, strict=True))
        for texts in ([d.before for d in told], [d.after for d in told])
    ]
    unfinished = () if run.complete else ("The run was interrupted.",)
    return concluded(
        Comparison(
            before=names[0] or "the other environment",
            after=names[1] or "this environment",
            paired=True,
            differences=differing,
            obstacles=(),
            warnings=unfinished,
            changes=tuple(changes),
            families=(),
            implementations=(),
        ),
        common=_shared(workers.values()),
    )


def _short(name: str, text: str) -> str:
    """'Python', 'CPython 3.12.1' → 'Python 3.12.1'."""
    version = text.partition(",")[0].removeprefix("CPython ")
    return version if name == "BLAS" else f"{name} {version}"


def _pairs_of_processes(point: Point, run: Run) -> dict[int, float]:
    history = run.history
    rounds = zip(
        history.round_of.get(point.id, ()), history.worker_of.get(point.id, ()), strict=True
    )
    sides = history.by_round(point.id), history.by_round(point.counterpart)
    return statistics.by_worker(*sides, dict(rounds), history.baselines)


def _shared(workers: Iterable[Mapping[int, float]]) -> float:
    """What all points of a pair of processes have in common, as half of a 95 % interval."""
    together: dict[int, list[float]] = {}
    for logs in workers:
        for worker, log in logs.items():
            together.setdefault(worker, []).append(log)
    middles = [median(logs) for logs in together.values()]
    if len(middles) < 2:
        return math.inf
    return statistics.half_width(stdev(middles), len(middles))


def _side_by_side(
    point: Point, table: pd.DataFrame, workers: Mapping[int, float], typical: float
) -> Change:
    """The processes are the independent units: visits of one process resemble each other."""
    a, b = (table.loc[name].to_dict() for name in (point.counterpart, point.id))
    for which, row in (("the other", a), ("this", b)):
        if not is_timed(row["status"], row["time_s"]):
            said = f"{row['status']} in {which} environment"
            if row["status"] == Status.OK:
                said = f"no visit in {which} environment"
            return unmeasured(point, a, b, f"{said} ({row['reason']})")
    if len(workers) < 2:
        return unmeasured(
            point, a, b, f"few undisturbed pairs of visits ({len(workers)} worker processes)"
        )
    found = statistics.of_processes(list(workers.values()), typical)
    seen = ChangeEvidence(
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        minima=b["minimum_s"] / a["minimum_s"],
        threshold=PAIRED_THRESHOLD,
    )
    # The pairs are judged by themselves: minima of single processes stray more than they do.
    verdict, reason = judge(msgspec.structs.replace(seen, minima=seen.ratio))
    contended = [f for f in (a["flags"], b["flags"]) if "contended" in str(f)]
    if contended:
        verdict, reason = Verdict.UNKNOWN, "contended"
    times = (a["time_s"], b["time_s"])
    return change_of(point, times, seen, verdict, reason, usable=not contended)
