"""Everything the analysis says about one run, asked once."""

import dataclasses

import pandas as pd

from profiler_suite.analysis import roofline
from profiler_suite.analysis.compare import hosts
from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.run import choices, crossovers, quality, scaling
from profiler_suite.analysis.run import findings as verdict
from profiler_suite.analysis.run.load import Run
from profiler_suite.analysis.run.measured_points import timed
from profiler_suite.report.drawing.style import Mark, marks


@dataclasses.dataclass(frozen=True)
class RunFacts:
    """A run and the conclusions drawn from it; the report adds none of its own."""

    run: Run
    points: pd.DataFrame
    """The run's points, numbered from 0: a row's number is its name on the page."""
    answer: verdict.PairAnswer | None
    findings: tuple[str, ...]
    choices_say: tuple[str, ...]
    """How good what a model chose was, and how near others' libraries come."""
    warnings: tuple[str, ...]
    noise: str
    undisturbed_share: float
    """Of all visits."""
    same_code: pd.DataFrame
    selfcheck_says: tuple[str, ...]
    crossovers: pd.DataFrame
    unbroken: pd.DataFrame
    """Attempts that never overtake each other."""
    thread_scaling: pd.DataFrame
    threads_pay: pd.DataFrame
    roofs: dict[tuple[str, int], tuple[roofline.Roof, ...]]
    """Roofs by dtype and thread count, for those with measured points."""
    marks: dict[str, Mark]
    comparison: Comparison | None
    """With a baseline, when there is one."""
    hosts: hosts.Hosts | None
    """Side by side, in a run over several."""


def ask(run: Run, comparison: Comparison | None = None) -> RunFacts:
    """Ask the analysis everything that the page, the summaries and the files show."""
    run = run.own  # what the other environment of a `--versus` says is the comparison's
    points = run.points.reset_index(drop=True)
    settings = points[["dtype", "threads"]].drop_duplicates().itertuples(index=False)
    shown = set(timed(points)["id"])
    held = [point for point in run.provenance.points if point.id in shown]
    samples = zip(
        points["implementation"].astype(str), points["family"].astype(str), strict=True
    )
    return RunFacts(
        run=run,
        points=points,
        answer=verdict.answer(run),
        findings=verdict.findings(run),
        choices_say=choices.findings(run),
        warnings=quality.warnings(run),
        noise=quality.noise(run),
        undisturbed_share=quality.undisturbed_share(run),
        same_code=quality.same_code(run),
        selfcheck_says=quality.selfcheck_says(run),
        crossovers=run.crossovers,
        unbroken=crossovers.unbroken(points, run.provenance.experiments),
        thread_scaling=run.thread_scaling,
        threads_pay=scaling.threads_pay(run.thread_scaling),
        roofs={
            (str(dtype), int(threads)): roofline.roofs(
                run.provenance.machine, str(dtype), int(threads), held
            )
            for dtype, threads in settings
        },
        marks=marks(samples),
        comparison=comparison,
        hosts=hosts.side_by_side(run),
    )
