"""The columns of the points table: those read from the records, and metrics made of them.

A metric is one decorated function, here or in a plugin. Importing this imports no pandas: a
plugin may be loaded where only times are taken.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from profiler_suite.errors import UsageError
from profiler_suite.model.noun import Noun
from profiler_suite.registry import Registry, blaming

if TYPE_CHECKING:
    import pandas as pd

Compute = Callable[["pd.DataFrame"], "pd.Series[Any]"]
"""The points table so far → the values of a new column, one per row."""

# Column → what it means and in which unit, of those that are read from the records.
RECORD_COLUMNS = {
    "id": "readable and stable name of the point",
    "experiment": "the experiment it belongs to",
    "workload": "the kind of problem: one of the suite's own, or a user's",
    "problem": "the problem in a few characters",
    "name": "the problem's own name, when it has one",
    "implementation": "how it is computed",
    "family": "loop, vectorized, gemm, fft, library, product, …",
    "dtype": "element type of the inputs",
    "layout": "memory layout of the input",
    "threads": "BLAS threads",
    "replica": "1 for the second name of an A/A pair",
    "environment": "empty for the suite's own Python, 'other' for that of sweep --versus",
    "status": "ok, wrong, failed, crashed, timeout, skipped",
    "reason": "why it is not ok, or why measuring it stopped",
    "time_s": "time of one evaluation on this machine undisturbed, s",
    "low_s": "lower end of the 95 % interval of time_s, s",
    "high_s": "upper end of the 95 % interval of time_s, s",
    "minimum_s": "smallest visit median, s",
    "raw_median_s": "the usual time: median over all visits, undisturbed or not, s",
    "p95_s": "95th percentile of samples, s",
    "cold_s": "the first call in a new process (median over worker processes), s",
    "evaluations": "evaluations per sample",
    "samples": "samples taken",
    "visits": "visits made",
    "undisturbed_visits": "visits whose canaries were near their baseline",
    "switched_out": "share of samples that had to wait for a core: left out, or corrected",
    "workers": "processes that measured it",
    "flop": "textbook FLOP of one evaluation",
    "executed_flop": "FLOP really executed, by the cost model; flop where it says nothing else",
    "compulsory_bytes": "bytes that must move at least",
    "calls": "NumPy calls per evaluation, from the cost model",
    "working_set_bytes": "inputs, output and workspace, bytes",
    "minor_faults": "minor page faults per evaluation",
    "largest_error": "largest absolute difference from the reference",
    "error_bound": "what that difference may be",
    "bound": "overhead, memory or compute: the lowest roof over the point; work where that "
    "roof is not what holds it back",
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
    "coverage": "share of the time in array code that was counted",
    "breakdown_notes": "what is missing in the time breakdown or disagrees",
    "flags": "what makes the number doubtful, separated by '; '",
}


class Metric(Noun, frozen=True):
    """A column of the points table that is computed from others."""

    name: str
    meaning: str
    """What it means and in which unit."""
    compute: Compute
    after: str
    """The column it stands behind; empty: at the end, before the problems' dimensions."""
    heading: str
    """Of its column in the page's table; empty: it is not shown there."""
    scale: float
    """What the page multiplies its numbers by: 1e6 shows seconds as µs."""


_METRICS: Registry[Metric] = Registry("column", (__name__,), taken=frozenset(RECORD_COLUMNS))


def metric(
    meaning: str, *, after: str = "", heading: str = "", scale: float = 1.0
) -> Callable[[Compute], Compute]:
    """Enter the decorated function as a column of the points table, under its own name."""

    def enter(compute: Compute) -> Compute:
        name = compute.__name__
        made = Metric(
            name=name,
            meaning=meaning,
            compute=compute,
            after=after,
            heading=heading,
            scale=scale,
        )
        _METRICS.add(name, made, compute)
        return compute

    return enter


def metrics() -> tuple[Metric, ...]:
    """The metrics, in the order in which they are computed."""
    return tuple(_METRICS.entries().values())


def point_columns() -> dict[str, str]:
    """Column → what it means and in which unit, in the order of the table.

    CSV headers, JSON keys, the page's glossary come from here. The dimensions of the problems
    follow as columns of their own.
    """
    found = dict(RECORD_COLUMNS)
    for each in metrics():
        if not each.after:
            found[each.name] = each.meaning
            continue
        if each.after not in found:
            raise UsageError(
                f"column {each.name!r} cannot stand after {each.after!r}: there is no such "
                "column before it; choose another, or leave it out"
            )
        items = list(found.items())
        at = list(found).index(each.after) + 1
        found = dict([*items[:at], (each.name, each.meaning), *items[at:]])
    return found


def with_metrics(points: "pd.DataFrame") -> "pd.DataFrame":
    """The points with the values of every metric, in the place of its column."""
    for each in metrics():
        with blaming(each.compute):
            points[each.name] = each.compute(points)
    return points


@metric("undisturbed_visits / visits", after="undisturbed_visits")
def undisturbed_share(points: "pd.DataFrame") -> "pd.Series[float]":
    """Of the visits that were made."""
    return points["undisturbed_visits"] / points["visits"]


@metric("flop / compulsory_bytes, FLOP/byte", after="compulsory_bytes")
def intensity(points: "pd.DataFrame") -> "pd.Series[float]":
    """Arithmetic intensity; 0 where no byte has to move."""
    moved = points["compulsory_bytes"]
    return (points["flop"] / moved).where(moved > 0, 0.0)


@metric("flop / time_s (effective rate), FLOP/s", after="intensity")
def flop_per_s(points: "pd.DataFrame") -> "pd.Series[float]":
    """The effective rate: textbook FLOP, whatever is really executed."""
    return points["flop"] / points["time_s"]
