"""Where one way of computing overtakes another along an experiment's axis."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from profiler_suite import units
from profiler_suite.analysis.run.measured_points import rivals
from profiler_suite.model.experiment import Experiment
from profiler_suite.workloads import wording

Floats = NDArray[np.float64]
Best = dict[str, pd.DataFrame]
"""Family → times of its fastest implementation, by the value of the axis, ascending."""

# The classical order of attempts, each of which is expected to overtake the one
# before it somewhere: their crossings are what people look for first.
ATTEMPTS = ("loop", "vectorized", "gemm", "fft")
# Of what else an experiment varies, this many settings are compared, the ends and the
# middle among them, which are the ones that figures show.
_MOST_SETTINGS = 9

_COLUMNS = {
    "experiment": str,
    "axis": str,
    "setting": str,  # what else varies, in words: "filters 8"; empty when nothing does
    "faster_before": str,
    "faster_after": str,
    "at": float,
    "low": float,
    "high": float,
    "text": str,
}
_TIMES = ("family", "time_s", "low_s", "high_s")
_UNBROKEN_COLUMNS = ("experiment", "setting", "faster", "slower", "text")


def crossovers(points: pd.DataFrame, experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Where one family overtakes another along each experiment's axis, with an interval.

    Straight lines between neighbouring sizes in log time over log size; the
    interval is where the two families' intervals cease and begin to overlap.
    Families are compared by their fastest implementation, on one thread, on the
    first dtype of each experiment, and apart for whatever else varies (of very many
    settings for some of them). Crossings of neighbouring `ATTEMPTS` stand first.
    """
    rows: list[dict[str, object]] = []
    for experiment, setting, best in _comparable(points, experiments):
        families = sorted(best, key=_place)
        found = [
            (abs(_place(one)[0] - _place(other)[0]), row)
            for i, one in enumerate(families)
            for other in families[i + 1 :]
            for row in _crossings(experiment, setting, best, one, other)
        ]
        rows += [row for _, row in sorted(found, key=lambda pair: pair[0])]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.astype({name: kind for name, kind in _COLUMNS.items() if kind is float})


def unbroken(points: pd.DataFrame, experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Neighbouring attempts that never cross in an experiment: who is ahead throughout."""
    rows = []
    for experiment, setting, best in _comparable(points, experiments):
        for one, other in itertools.pairwise(ATTEMPTS):
            if one not in best or other not in best:
                continue
            left, right = _side_by_side(best, one, other)
            if left.empty:
                continue
            surely = {
                one: (left["high_s"] < right["low_s"]).all(),
                other: (right["high_s"] < left["low_s"]).all(),
            }
            for faster, slower in ((one, other), (other, one)):
                if surely[faster]:
                    rows.append((experiment.name, setting, faster, slower))
    texts = {e.name: wording.noun(e.axis) for e in experiments}
    return pd.DataFrame(
        [
            (*row, f"{row[2]} is faster than {row[3]} at every {texts[row[0]]}{_of(row[1])}")
            for row in rows
        ],
        columns=list(_UNBROKEN_COLUMNS),
    )


def other_variables(frame: pd.DataFrame, axis: str, candidates: Sequence[str]) -> list[str]:
    """Which of the candidates vary at one value of the axis for one implementation."""
    found: list[str] = []
    for column in candidates:
        if (
            column == axis
            or column not in frame.columns
            or frame[column].nunique(dropna=False) < 2
        ):
            continue
        groups = frame.groupby(["implementation", axis, *found], dropna=False)[column]
        if len(frame) and groups.nunique(dropna=False).max() > 1:
            found.append(column)
    return found


def _comparable(
    points: pd.DataFrame, experiments: Sequence[Experiment]
) -> Iterator[tuple[Experiment, str, Best]]:
    """The best of each family along the axis, for every setting of what else varies."""
    tables = dict(iter(points.groupby("experiment", sort=False)))
    for experiment in experiments:
        axis = experiment.axis
        table = tables.get(experiment.name, points.iloc[:0])
        if axis in ("name", "threads") or axis not in table.columns:
            continue
        if table.empty or table[axis].nunique() < 2:
            continue
        table = table[(table["threads"] == 1) & (table["dtype"] == table["dtype"].iloc[0])]
        names = {d for problem in experiment.problems for d in problem.dims}
        others = other_variables(table, axis, sorted(names))
        for words, part in _settings(table, others):
            usable = rivals(part)
            if len(usable):
                best = usable.groupby(["family", axis])["time_s"].idxmin()
                narrow = usable.loc[best, [axis, *_TIMES]].set_index(axis)
                parts = narrow.groupby("family")
                yield experiment, words, {str(name): part for name, part in parts}


def _settings(table: pd.DataFrame, others: list[str]) -> list[tuple[str, pd.DataFrame]]:
    """Parts of the table in which only the axis varies, with their words; evenly chosen."""
    if not others:
        return [("", table)]
    parts = list(table.groupby(others, dropna=False))
    chosen = np.unique(np.linspace(0, len(parts) - 1, _MOST_SETTINGS).round().astype(int))
    return [
        (
            ", ".join(wording.setting(c, v) for c, v in zip(others, parts[n][0], strict=True)),
            parts[n][1],
        )
        for n in chosen
    ]


def _place(family: str) -> tuple[int, str]:
    """Its place among the attempts; any other family comes later."""
    known = {name: number for number, name in enumerate(ATTEMPTS)}
    return known.get(family, 2 * len(ATTEMPTS)), family


def _side_by_side(best: Best, one: str, other: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both families at the values of the axis where both were measured, in their order."""
    left, right = best[one], best[other]
    return left[left.index.isin(right.index)], right[right.index.isin(left.index)]


def _crossings(
    experiment: Experiment, words: str, best: Best, one: str, other: str
) -> list[dict[str, object]]:
    left, right = _side_by_side(best, one, other)
    if len(left) < 2:
        return []
    x = np.log(left.index.to_numpy(dtype=float))
    middle = _log_ratio(left["time_s"], right["time_s"])
    lowest = _log_ratio(left["low_s"], right["high_s"])
    highest = _log_ratio(left["high_s"], right["low_s"])
    found: list[dict[str, object]] = []
    for i in range(len(x) - 1):
        if middle[i] == 0 or (middle[i] < 0) == (middle[i + 1] < 0):
            continue
        at = _zero(x, middle, i)
        ends = [_nearest_zero(x, curve, at) for curve in (lowest, highest)]
        values = [math.exp(v) for v in (at, min(*ends, at), max(*ends, at))]
        before, after = (one, other) if middle[i] < 0 else (other, one)
        whole = all(float(v).is_integer() for v in left.index)
        found.append(
            {
                "experiment": experiment.name,
                "axis": experiment.axis,
                "setting": words,
                "faster_before": before,
                "faster_after": after,
                "at": values[0],
                "low": values[1],
                "high": values[2],
                "text": (
                    f"{after} overtakes {before} "
                    f"{_where(wording.noun(experiment.axis), values, whole)}{_of(words)}"
                ),
            }
        )
    return found


def _where(axis: str, values: list[float], whole: bool) -> str:
    """'at work 3.25 (3.01 to 3.50)'; of counts 'between stride 1 and 2', 'at 24 (23 to 26)'.

    Nobody has 24.4 filters: of an axis of whole numbers the interval is widened to such.
    """
    at, low, high = values
    if not whole:
        said = [units.three_digits(value) for value in values]
        return f"at {axis} {said[0]} ({said[1]} to {said[2]})"
    first, last = math.floor(low), math.ceil(high)
    if last - first == 1:
        return f"between {axis} {first} and {last}"
    near = f"at {axis} {at:.0f}"
    return near if first == last else f"{near} ({first} to {last})"


def _of(words: str) -> str:
    return f", {words}" if words else ""


def _log_ratio(of_left: "pd.Series[float]", of_right: "pd.Series[float]") -> Floats:
    a, b = of_left.to_numpy(dtype=float), of_right.to_numpy(dtype=float)
    # A lower end of 0 (an interval open downwards) is a very small time here.
    ratio: Floats = np.log(np.maximum(a, 1e-12) / np.maximum(b, 1e-12))
    return ratio


def _zero(x: Floats, y: Floats, i: int) -> float:
    return float(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i]))


def _nearest_zero(x: Floats, y: Floats, at: float) -> float:
    """The crossing of a curve nearest to `at`; the end of the axis when it never crosses."""
    zeros = [_zero(x, y, i) for i in range(len(x) - 1) if y[i] * y[i + 1] < 0]
    if zeros:
        return min(zeros, key=lambda z: abs(z - at))
    ends = (float(x[0]), float(x[-1]))
    return min(ends, key=lambda end: abs(y[0 if end == ends[0] else -1]))
