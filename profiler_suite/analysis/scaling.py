"""How time grows: crossovers along an axis, and speed-up over threads."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from profiler_suite import units
from profiler_suite.model import Experiment

Floats = NDArray[np.float64]

_CROSSOVER_COLUMNS = [
    "experiment",
    "axis",
    "faster_before",
    "faster_after",
    "at",
    "low",
    "high",
    "text",
]
# What the points of one zero-work series share.
_SERIES = ["experiment", "implementation", "dtype", "threads", "calls"]
_FEWEST_POINTS = 3
_SCALING_COLUMNS = [
    "experiment",
    "implementation",
    "problem",
    "dtype",
    "threads",
    "speedup",
    "low",
    "high",
    "efficiency",
]


def measured(points: pd.DataFrame) -> pd.DataFrame:
    """Points with a result, the second entries of A/A pairs left out."""
    return points[
        (points["status"] == "ok") & points["time_s"].notna() & (points["replica"] == 0)
    ]


def axis_values(points: pd.DataFrame, axis: str) -> "pd.Series[float]":
    """Where each point stands on an experiment's axis; FLOP when the axis is no dimension."""
    if (
        axis in points.columns
        and pd.api.types.is_numeric_dtype(points[axis])
        and axis != "threads"
    ):
        return points[axis]
    return points["flop"]


def family_best(points: pd.DataFrame, axis: str) -> pd.DataFrame:
    """The fastest implementation of each family at each value of the axis."""
    usable = measured(points).assign(axis_value=lambda table: axis_values(table, axis))
    if usable.empty:
        return usable
    best = usable.groupby(["family", "axis_value", "dtype", "threads"])["time_s"].idxmin()
    return usable.loc[best.sort_values()]


def crossovers(points: pd.DataFrame, experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Where one family overtakes another along each experiment's axis, with an interval.

    Straight lines between neighbouring sizes in log time over log size; the
    interval is where the two families' intervals cease and begin to overlap.
    Families are compared by their fastest implementation, on one thread and on
    the first dtype of each experiment.
    """
    rows: list[dict[str, object]] = []
    axes = {
        experiment.name: experiment.axis
        for experiment in experiments
        if experiment.axis not in ("name", "threads")
    }
    for experiment, table in points.groupby("experiment", sort=False):
        axis = axes.get(str(experiment), "")
        if axis not in table.columns or table[axis].nunique() < 2:
            continue
        single = table[(table["threads"] == 1) & (table["dtype"] == table["dtype"].iloc[0])]
        best = family_best(single, axis)
        families = sorted(set(best["family"])) if len(best) else []
        for i, one in enumerate(families):
            for other in families[i + 1 :]:
                rows += _crossings(str(experiment), axis, best, one, other)
    return pd.DataFrame(rows, columns=_CROSSOVER_COLUMNS)


def _crossings(
    experiment: str, axis: str, best: pd.DataFrame, one: str, other: str
) -> list[dict[str, object]]:
    left = best[best["family"] == one].set_index("axis_value")
    right = best[best["family"] == other].set_index("axis_value")
    left = left[~left.index.duplicated()]
    right = right[~right.index.duplicated()]
    shared = sorted(set(left.index) & set(right.index))
    if len(shared) < 2:
        return []
    x = np.log(np.array(shared, dtype=float))
    middle = _log_ratio(left, right, shared, "time_s", "time_s")
    lowest = _log_ratio(left, right, shared, "low_s", "high_s")
    highest = _log_ratio(left, right, shared, "high_s", "low_s")
    found: list[dict[str, object]] = []
    for i in range(len(shared) - 1):
        if middle[i] == 0 or (middle[i] < 0) == (middle[i + 1] < 0):
            continue
        at = _zero(x, middle, i)
        ends = [_nearest_zero(x, curve, at) for curve in (lowest, highest)]
        low, high = min(*ends, at), max(*ends, at)
        before, after = (one, other) if middle[i] < 0 else (other, one)
        found.append(
            {
                "experiment": experiment,
                "axis": axis,
                "faster_before": before,
                "faster_after": after,
                "at": math.exp(at),
                "low": math.exp(low),
                "high": math.exp(high),
                "text": (
                    f"{after} overtakes {before} at {axis} {units.three_digits(math.exp(at))} "
                    f"({units.three_digits(math.exp(low))} to "
                    f"{units.three_digits(math.exp(high))})"
                ),
            }
        )
    return found


def _log_ratio(
    left: pd.DataFrame, right: pd.DataFrame, shared: list[float], of_left: str, of_right: str
) -> Floats:
    a = left.loc[shared, of_left].to_numpy(dtype=float)
    b = right.loc[shared, of_right].to_numpy(dtype=float)
    # A lower end of 0 (an interval open downwards) is a very small time here.
    ratio: Floats = np.log(np.maximum(a, 1e-12) / np.maximum(b, 1e-12))
    return ratio


def _zero(
    x: Floats,
    y: Floats,
    i: int,
) -> float:
    return float(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i]))


def _nearest_zero(
    x: Floats,
    y: Floats,
    at: float,
) -> float:
    """The crossing of a curve nearest to `at`; the end of the axis when it never crosses."""
    zeros = [_zero(x, y, i) for i in range(len(x) - 1) if y[i] * y[i + 1] < 0]
    if zeros:
        return min(zeros, key=lambda z: abs(z - at))
    ends = (float(x[0]), float(x[-1]))
    return min(ends, key=lambda end: abs(y[0 if end == ends[0] else -1]))


def zero_work(points: pd.DataFrame) -> pd.DataFrame:
    """Overhead by extrapolation to no work: t = a + b·FLOP over problems with the same calls.

    One row per series (an experiment's implementation, dtype, threads and number
    of calls) of at least three points. Robust: the slope is the median of all
    pairwise slopes (Theil 1950, Sen 1968), its 95 % interval gives that of a.
    Times are weighted by nothing: a is meaningful where calls dominate.
    """
    rows: list[dict[str, object]] = []
    usable = measured(points)
    usable = usable[usable["calls"] > 0]
    for names, series in usable.groupby(_SERIES, sort=False):
        if series["flop"].nunique() < _FEWEST_POINTS:
            continue
        flop = series["flop"].to_numpy(dtype=float)
        time_s = series["time_s"].to_numpy(dtype=float)
        slope, _, slope_low, slope_high = stats.theilslopes(time_s, flop)
        rows.append(
            {
                **dict(zip(_SERIES, names, strict=True)),
                "points": len(series),
                "overhead_s": float(np.median(time_s - slope * flop)),
                "low_s": float(np.median(time_s - slope_high * flop)),
                "high_s": float(np.median(time_s - slope_low * flop)),
                "flop_per_s": 1 / slope if slope > 0 else math.inf,
            }
        )
    columns = [*_SERIES, "points", "overhead_s", "low_s", "high_s", "flop_per_s"]
    return pd.DataFrame(rows, columns=columns)


def with_extrapolation(points: pd.DataFrame) -> pd.DataFrame:
    """The points with a column `overhead_extrapolated`: zero-work time over their time."""
    found = zero_work(points).set_index(_SERIES)["overhead_s"]
    keys = pd.MultiIndex.from_frame(points[_SERIES])
    known = found.reindex(keys).to_numpy(dtype=float) if len(found) else np.nan
    return points.assign(overhead_extrapolated=known / points["time_s"])


def thread_scaling(points: pd.DataFrame) -> pd.DataFrame:
    """Speed-up over one thread, with an interval, and efficiency (speed-up per thread)."""
    usable = measured(points)
    rows: list[dict[str, object]] = []
    keys = ["experiment", "implementation", "problem", "dtype", "layout"]
    usable = usable[usable.groupby(keys)["threads"].transform("nunique") > 1]
    for names, group in usable.groupby(keys, sort=False):
        single = group[group["threads"] == 1]
        if single.empty or group["threads"].nunique() < 2:
            continue
        base = single.iloc[0]
        for _, row in group.sort_values("threads").iterrows():
            alone = row["threads"] == 1
            rows.append(
                {
                    **dict(zip(keys[:4], names[:4], strict=True)),
                    "threads": int(row["threads"]),
                    "speedup": base["time_s"] / row["time_s"],
                    "low": 1.0 if alone else base["low_s"] / row["high_s"],
                    "high": 1.0 if alone else base["high_s"] / max(row["low_s"], 1e-12),
                    "efficiency": base["time_s"] / row["time_s"] / row["threads"],
                }
            )
    return pd.DataFrame(rows, columns=_SCALING_COLUMNS)
