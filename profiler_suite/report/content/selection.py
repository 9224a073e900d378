"""Which rows of the points table a figure shows, and who is fastest among them."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from profiler_suite.analysis.run import crossovers
from profiler_suite.analysis.run.fastest import Fastest as Fastest
from profiler_suite.analysis.run.fastest import fastest_along as fastest_along
from profiler_suite.analysis.run.fastest import stretches
from profiler_suite.analysis.run.measured_points import alike as alike
from profiler_suite.analysis.run.measured_points import measured as measured
from profiler_suite.analysis.run.measured_points import rivals as rivals
from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.model.experiment import Experiment
from profiler_suite.workloads import wording

# Less than this share of the textbook FLOP counts as fewer: a dot is about as high.
_FEWER = 0.95


def executing_fewer(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that execute notably fewer FLOP than the textbook counts, as Winograd does."""
    return frame[frame["executed_flop"] < _FEWER * frame["flop"]]


def of_experiment(points: pd.DataFrame, name: str) -> pd.DataFrame:
    """Rows of one experiment."""
    return points[points["experiment"] == name]


def dimensions(points: pd.DataFrame) -> list[str]:
    """Names of the problem dimensions that have columns here."""
    known = point_columns()
    return [column for column in points.columns if column not in known]


def other_variables(frame: pd.DataFrame, axis: str) -> list[str]:
    """What else varies at one value of the axis for one implementation."""
    candidates = ("dtype", "layout", "threads", *dimensions(frame))
    return crossovers.other_variables(frame, axis, candidates)


def panels(frame: pd.DataFrame, others: list[str], most: int) -> list[tuple[str, pd.DataFrame]]:
    """Parts of the frame in which only the axis varies, with a title for each part."""
    if not others:
        return [("", frame)]
    parts = [
        (", ".join(wording.setting(c, v) for c, v in zip(others, values, strict=True)), part)
        for values, part in frame.groupby(others, dropna=False)
    ]
    if len(parts) > most:  # evenly chosen: the ends and some between
        chosen = np.unique(np.linspace(0, len(parts) - 1, most).round().astype(int))
        parts = [parts[number] for number in chosen]
    return parts


def sentence_of_fastest(found: list[Fastest], axis: str) -> str:
    """Who is fastest where, in one sentence; ties within noise are said to be ties."""
    if not found:
        return "Nothing was measured"
    runs = stretches(found)
    words = wording.noun(axis)
    if len(runs) == 1:
        name, entries = runs[0]
        where = f"at every {words}" if len(found) > 1 else f"at {words} {found[0].at}"
        if any(e.implementation != name for e in entries):
            return f"{name} is fastest, or within noise of the fastest, {where}"
        ending = ", at times within noise of another" if any(e.tied for e in entries) else ""
        return f"{name} is fastest {where}{ending}"
    first, *middle = runs
    until = "at" if len(first[1]) == 1 else "up to"
    parts = [f"{first[0]} is fastest {until} {words} {first[1][-1].at}"]
    parts += [f"{name} from {entries[0].at}" for name, entries in middle[:3]]
    more = f", and {len(middle) - 3} more changes" if len(middle) > 3 else ""
    return ", ".join(parts) + more


def by_implementation(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Parts of the frame, one per implementation, in order of first appearance."""
    for name, part in frame.groupby("implementation", sort=False):
        yield str(name), part


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows as named tuples; a row's fields are its columns, its number is ``Index``."""
    return iter(frame.itertuples())


def by_id(frame: pd.DataFrame, ids: Iterable[str]) -> dict[str, Any]:
    """Of these points, in their order, the rows that there are."""
    found = {row.id: row for row in rows(frame[frame["id"].isin(list(ids))])}
    return {name: found[name] for name in ids if name in found}


def fastest_alike(frame: pd.DataFrame) -> float:
    """The smallest time of those that prepare nothing, s; of all where every one does."""
    own = alike(frame)
    return float((own if len(own) else measured(frame))["time_s"].min())


def fastest(frame: pd.DataFrame) -> Any:
    """The row (a Series) with the smallest time."""
    return frame.iloc[int(frame["time_s"].argmin())]


def is_swept(experiment: Experiment, points: pd.DataFrame) -> bool:
    """Whether the experiment varies a number (not named problems, not threads)."""
    return experiment.axis in dimensions(points)


# Methods of the overhead share: column → name.
METHODS = {
    "overhead_replay": "replay",
    "overhead_native": "samples",
    "overhead_extrapolated": "no work",
}


def with_breakdown(points: pd.DataFrame) -> pd.DataFrame:
    """Measured points that have a time breakdown."""
    frame = measured(points)
    return frame[frame["residual"].notna()]
