"""Matches two runs whose points differ in their number of BLAS threads alone."""

import dataclasses
import re

import msgspec

from profiler_suite.analysis.run.load import Run

# The last part of a point's id.
_THREADS = re.compile(r"/t\d+$")


def matched(before: Run, after: Run) -> tuple[Run, Run]:
    """Both runs; the first with the ids of the second where only the threads differ.

    That is: they have no point in common, and each has one number of threads for all points.
    """
    one, other = (run.provenance.points for run in (before, after))
    if {p.id for p in one} & {p.id for p in other}:
        return before, after
    counts = [{point.threads for point in points} for points in (one, other)]
    if any(len(each) != 1 for each in counts) or not one:
        return before, after
    ending = f"/t{other[0].threads}"
    names = {p.id: _THREADS.sub(ending, p.id) for p in one}
    if not set(names.values()) & {p.id for p in other}:
        return before, after
    return renamed(before, names), after


def renamed(run: Run, names: dict[str, str]) -> Run:
    """The run with other ids for its points."""
    points = run.points.copy()
    points["id"] = [names.get(each, each) for each in points["id"]]
    history = run.history
    return dataclasses.replace(
        run,
        points=points,
        provenance=msgspec.structs.replace(
            run.provenance,
            points=tuple(
                msgspec.structs.replace(p, id=names.get(p.id, p.id))
                for p in run.provenance.points
            ),
        ),
        history=dataclasses.replace(
            history,
            visits={names.get(n, n): each for n, each in history.visits.items()},
            worker_of={names.get(n, n): each for n, each in history.worker_of.items()},
            round_of={names.get(n, n): each for n, each in history.round_of.items()},
        ),
    )
