"""The columns of the tables: what each means and in which unit, and its type."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from profiler_suite.analysis.run.line_breakdown import SPLIT_COLUMNS

# Column → what it means and in which unit. CSV headers, JSON keys, the page's
# table and its glossary all come from here.
POINT_COLUMNS = {
    "id": "readable and stable name of the point",
    "experiment": "the experiment it belongs to",
    "workload": "convolution, dense, or a user's own",
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
    "time_s": "time of one evaluation: median of undisturbed visits, s",
    "low_s": "lower end of the 95 % interval of time_s, s",
    "high_s": "upper end of the 95 % interval of time_s, s",
    "minimum_s": "smallest visit median, s",
    "raw_median_s": "median over all visits, undisturbed or not, s",
    "p95_s": "95th percentile of samples, s",
    "cold_s": "the first call in a new process (median over worker processes), s",
    "evaluations": "evaluations per sample",
    "samples": "samples taken",
    "visits": "visits made",
    "undisturbed_visits": "visits whose canaries were near their baseline",
    "undisturbed_share": "clean_visits / visits",
    "workers": "processes that measured it",
    "flop": "textbook FLOP of one evaluation",
    "executed_flop": "FLOP really executed, by the cost model; flop where it says nothing else",
    "compulsory_bytes": "bytes that must move at least",
    "intensity": "flop / compulsory_bytes, FLOP/byte",
    "flop_per_s": "flop / time_s (effective rate), FLOP/s",
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
"""The dimensions of the problems follow as columns of their own (height, filters, …)."""

SAMPLE_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "worker": "number of the process",
    "round": "number of the round",
    "sample": "number within the visit",
    "at_s": "when the visit began, seconds since the run began",
    "time_s": "time per evaluation, s",
    "canary": "worse of the visit's canaries relative to its baseline",
    "undisturbed": "True when the canaries were near their baseline",
}

OPERATION_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "operation": "ufunc, method, indexing, …",
    "via": "the Python function of NumPy or SciPy that made the call, if any",
    "operands": "shapes and dtype of the arrays that go in",
    "file": "source file of the line that calls it most",
    "line": "that line",
    "calls": "calls in one evaluation",
    "call_s": "one call, timed alone, s",
    "fixed_s": "one call at vanishing size, s: entering it",
    "growing_s": "what one call takes beyond that and its page faults, s",
    "call_spread_s": "half the interquartile spread of call_s over rounds, s",
    "fixed_spread_s": "the same of fixed_s, s",
    "plain_s": "the whole function in the same rounds, s",
    "share": "calls × call_s over plain_s",
    "entry": "copy or arithmetic: what the growing part is",
    "flop": "executed FLOP of all calls",
    "traffic_bytes": "bytes read and written by all calls",
    "minor_faults": "page faults of one call",
}

LINE_COLUMNS = {
    "id": "the profiled point",
    "experiment": "the experiment it belongs to",
    "implementation": "the implementation it belongs to",
    "file": "source file",
    "function": "function the line belongs to",
    "line": "line number in the file",
    "source": "text of the line",
    "hits": "times it ran per evaluation",
    "time_s": "raw time per evaluation as line_profiler counts it, s",
    "share": "time_s over the total of the profiled functions",
    "corrected_s": "time of the line in one plain evaluation, s; 0 when not corrected",
    "uncertainty_s": "half width of the 95 % interval of corrected_s, s",
    "corrected_share": "corrected_s over plain_s",
    "resolved": "True where corrected_s is larger than its uncertainty",
    "method": "sampled, modelled, or empty when the line was not corrected",
    "indicative": "True where it is modelled and may be off by 5 points of 100 or more",
    "samples": "looks at plain evaluations that found the line running",
    "added_s": "what line_profiler added to the line per evaluation, by the model, s",
    "plain_s": "plain time of one evaluation, measured in turns with the sampled ones, s",
    "profiled_s": "wall time of one evaluation under line_profiler, s",
    **SPLIT_COLUMNS,
}


_TRUTH_COLUMNS = frozenset({"above_roof", "undisturbed", "resolved", "indicative"})
_TEXT_COLUMNS = frozenset(
    {
        *("id", "experiment", "workload", "problem", "name", "implementation", "family"),
        *(
            "dtype",
            "layout",
            "environment",
            "status",
            "reason",
            "bound",
            "level",
            "flags",
            "breakdown_notes",
        ),
        *("operation", "via", "operands", "file", "entry", "function", "source", "method"),
    }
)


def typed(rows: Sequence[Any], columns: Iterable[str]) -> pd.DataFrame:
    """A table whose columns are text, truth or numbers, also when it has no rows."""
    table = pd.DataFrame(list(rows), columns=list(columns))
    kinds: dict[str, str] = {}
    for name in table.columns:
        if name in _TRUTH_COLUMNS:
            kinds[name] = "bool"
        elif name in _TEXT_COLUMNS:
            table[name] = table[name].astype(object).where(table[name].notna(), "")
        elif table[name].isna().all():  # no value at all has no type
            kinds[name] = "float64"
    return table.astype(kinds)
