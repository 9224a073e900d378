"""Looks for a faster way to write the slow side of the question, after it was measured."""

from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import ProfilerSuiteError

if TYPE_CHECKING:
    from profiler_suite.analysis.explain.explanation import Explanation
    from profiler_suite.measure.explain.records import LoadRequest
    from profiler_suite.model.experiment import Point
    from profiler_suite.model.machine import Machine
    from profiler_suite.model.rows import AdviceRecord
    from profiler_suite.model.run import Provenance
    from profiler_suite.store import RunFolder


def advise(run_folder: "RunFolder", provenance: "Provenance", progress: ProgressLine) -> None:
    """Write the advice for the question's slow side into the run, unless it is already there.

    The rules that `explain` uses for any function find it; it is checked and timed in pairs.
    If there is none, that is written too, with the reason.
    """
    from profiler_suite.measure.planning import question_point
    from profiler_suite.model.rows import AdviceRecord, PointRecord, Status
    from profiler_suite.store import read_rows

    point = question_point.slow_side(provenance.experiments, provenance.points)
    if point is None or provenance.shard:
        return
    rows, _ = read_rows(run_folder.folder)
    if any(isinstance(row, AdviceRecord) and row.point == point.id for row in rows):
        return
    ended = [row for row in rows if isinstance(row, PointRecord) and row.point.id == point.id]
    if not ended or ended[-1].status is not Status.OK:
        return
    progress.say(f"looking for a faster way to write {point.implementation}")
    try:
        run_folder.append(_found(point, provenance.machine, progress))
    finally:
        progress.clear()


def _found(point: "Point", machine: "Machine", progress: ProgressLine) -> "AdviceRecord":
    from profiler_suite.analysis.explain.patch import added_lines
    from profiler_suite.measure.explain.records import LoadRequest
    from profiler_suite.model.rows import AdviceRecord
    from profiler_suite.workloads import question

    ask = LoadRequest(
        target=question.target(point.implementation), setup=question.setup(point.implementation)
    )
    try:
        explanation = explained_with_advice(ask, machine, progress)
    except ProfilerSuiteError as error:  # the sweep's numbers stand without it
        return AdviceRecord(point=point.id, reason=str(error))
    best = explanation.best
    if best is None:
        reason = " ".join(explanation.not_advised) or "no rule found anything"
        return AdviceRecord(point=point.id, reason=reason)
    return AdviceRecord(
        point=point.id,
        title=best.title,
        code=added_lines(explanation.patch),
        source=best.source,
        patch=explanation.patch,
        ratio=best.ratio,
        low=best.low,
        high=best.high,
        caveats=best.caveats,
    )


def explained_with_advice(
    ask: "LoadRequest", machine: "Machine", progress: ProgressLine
) -> "Explanation":
    """The function explained in short passes, with every candidate rewrite tried."""
    from profiler_suite.analysis.explain.explanation import explain
    from profiler_suite.cli.explaining import effort_for
    from profiler_suite.measure.explain.child import ExplainChild

    effort = effort_for(machine, hurried=True)
    with ExplainChild(ask, progress.detail) as child:
        return explain(child.explain(effort), machine, effort.baselines_s, child.attempt)
