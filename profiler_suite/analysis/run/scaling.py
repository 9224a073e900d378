"""How time grows: extrapolation to no work, and speed-up over threads."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from profiler_suite import units
from profiler_suite.analysis.run.measured_points import measured

# What the points of one zero-work series share.
_SERIES = ["experiment", "implementation", "dtype", "threads", "calls"]
_FEWEST_POINTS = 3
# All pairs of this many points: half a million slopes take 0.1 s.
_MOST_SLOPED = 1000
_SCALING_COLUMNS = [
    "experiment",
    "implementation",
    "problem",
    "dtype",
    "threads",
    "flop",
    "speedup",
    "low",
    "high",
    "efficiency",
]


def zero_work(points: pd.DataFrame) -> pd.DataFrame:
    """Overhead by extrapolation to no work: t = a + b·FLOP over problems with the same calls.

    One row per series (an experiment's implementation, dtype, threads and number
    of calls) of at least three points. Robust: the slope is the median of all
    pairwise slopes (Theil 1950, Sen 1968), its 95 % interval gives that of a. Of a very
    long series, points evenly chosen by FLOP stand for all in the slopes.
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
        slope, _, slope_low, slope_high = stats.theilslopes(*_thinned(time_s, flop))
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


def _thinned(
    time_s: NDArray[np.float64], flop: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(flop) <= _MOST_SLOPED:
        return time_s, flop
    places = np.linspace(0, len(flop) - 1, _MOST_SLOPED).round().astype(int)
    chosen = np.argsort(flop, kind="stable")[places]
    return time_s[chosen], flop[chosen]


def with_extrapolation(points: pd.DataFrame) -> pd.DataFrame:
    """The points with a column `overhead_extrapolated`: zero-work time over their time."""
    found = zero_work(points).set_index(_SERIES)["overhead_s"]
    keys = pd.MultiIndex.from_frame(points[_SERIES])
    known = found.reindex(keys).to_numpy(dtype=float) if len(found) else np.nan
    return points.assign(overhead_extrapolated=known / points["time_s"])


def thread_scaling(points: pd.DataFrame) -> pd.DataFrame:
    """Speed-up over one thread, with an interval, and efficiency (speed-up per thread)."""
    keys = ["experiment", "implementation", "problem", "dtype", "layout"]
    times = ["time_s", "low_s", "high_s"]
    usable = measured(points)[[*keys, "threads", "flop", *times]]
    case = usable.groupby(keys, sort=False)
    usable = usable.assign(case=case.ngroup(), counts=case["threads"].transform("nunique"))
    usable = usable[usable["counts"] > 1].sort_values(["case", "threads"], kind="stable")
    single = usable[usable["threads"] == 1].drop_duplicates("case")
    both = usable.merge(single[["case", *times]], on="case", suffixes=("", "_1"))
    alone = both["threads"] == 1
    speedup = both["time_s_1"] / both["time_s"]
    return both.assign(
        speedup=speedup,
        low=(both["low_s_1"] / both["high_s"]).mask(alone, 1.0),
        high=(both["high_s_1"] / both["low_s"].clip(lower=1e-12)).mask(alone, 1.0),
        efficiency=speedup / both["threads"],
    )[_SCALING_COLUMNS]


def threads_pay(scaling: pd.DataFrame) -> pd.DataFrame:
    """From which size on several threads beat one, as `thread_scaling` has them.

    One row per experiment, implementation, dtype and thread count whose smallest
    problem is no faster on several threads while all from some size on are (their
    interval excludes 1). ``at_flop`` is where the speed-up passes 1, in straight
    lines over log FLOP; where the smaller problem is no slower either, it is where
    the lower end of the interval does. The interval is where its two ends do, and
    lies between the two problems.
    """
    rows: list[dict[str, object]] = []
    keys = ["experiment", "implementation", "dtype", "threads"]
    for names, group in scaling[scaling["threads"] > 1].groupby(keys, sort=False):
        ordered = group.sort_values("flop").to_dict("records")
        helps = [row["low"] > 1 for row in ordered]
        first = max((n + 1 for n, some in enumerate(helps) if not some), default=0)
        if not 0 < first < len(ordered):
            continue
        before, after = ordered[first - 1], ordered[first]
        ends = ("speedup", "high", "low")
        at, low, high = (_passes_one(before, after, name) for name in ends)
        at = high if at == before["flop"] else at
        what = f"{names[3]} threads"
        rows.append(
            {
                **dict(zip(keys, names, strict=True)),
                "at_flop": at,
                "low_flop": low,
                "high_flop": high,
                "text": (
                    f"{what} overtake 1 at {units.flop(at)} "
                    f"({units.flop(low)} to {units.flop(high)}), "
                    f"between {before['problem']} and {after['problem']} "
                    f"({names[1]}, {names[2]})"
                ),
            }
        )
    return pd.DataFrame(rows, columns=[*keys, "at_flop", "low_flop", "high_flop", "text"])


def _passes_one(before: dict[Any, Any], after: dict[Any, Any], name: str) -> float:
    """The FLOP at which a curve passes 1 between two problems; the first's if it has before."""
    if before[name] >= 1:
        return float(before["flop"])
    lower = math.log(max(before[name], 1e-12))  # an interval may be open downwards
    part = lower / (lower - math.log(after[name]))
    return float(before["flop"] * (after["flop"] / before["flop"]) ** part)
