"""Turns a run folder's rows into tidy DataFrames."""

import dataclasses
from pathlib import Path

import pandas as pd

from profiler_suite.model import Provenance

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
    "replica": "1 for the second entry of an A/A pair",
    "status": "ok, wrong, failed, crashed, timeout, skipped",
    "reason": "why it is not ok, or why measuring it stopped",
    "time_s": "time of one evaluation: median of clean visits, s",
    "low_s": "lower end of the 95 % interval of time_s, s",
    "high_s": "upper end of the 95 % interval of time_s, s",
    "minimum_s": "smallest visit median, s",
    "raw_median_s": "median over all visits, clean or not, s",
    "p95_s": "95th percentile of samples, s",
    "cold_s": "the first call in a new process (median over launches), s",
    "evaluations": "evaluations per sample",
    "samples": "samples taken",
    "visits": "visits made",
    "clean_visits": "visits whose canaries were near their floor",
    "clean_share": "clean_visits / visits",
    "launches": "processes that measured it",
    "flop": "textbook FLOP of one evaluation",
    "compulsory_bytes": "bytes that must move at least",
    "intensity": "flop / compulsory_bytes, FLOP/byte",
    "flop_per_s": "flop / time_s (effective rate), FLOP/s",
    "calls": "NumPy calls per evaluation, from the cost model",
    "working_set_bytes": "inputs, output and workspace, bytes",
    "minor_faults": "minor page faults per evaluation",
    "largest_error": "largest absolute difference from the reference",
    "error_bound": "what that difference may be",
    "bound": "overhead, memory or compute: the lowest roof over the point",
    "level": "the memory level that holds the working set",
    "attainable_flop_per_s": "the lowest roof, FLOP/s",
    "overhead_flop_per_s": "the roof that fixed call costs set, FLOP/s",
    "of_attainable": "flop_per_s / attainable_flop_per_s",
    "above_roof": "True where it is faster than a roof allows: an error in units, counts or roof",
    "flags": "what makes the number doubtful, separated by '; '",
}
"""The dimensions of the problems follow as columns of their own (height, filters, …)."""

SAMPLE_COLUMNS = {
    "id": "the point",
    "experiment": "the experiment it belongs to",
    "implementation": "how it is computed",
    "launch": "number of the process",
    "round": "number of the round",
    "sample": "number within the visit",
    "at_s": "when the visit began, seconds since the run began",
    "time_s": "time per evaluation, s",
    "canary": "worse of the visit's canaries relative to its floor",
    "clean": "True when the canaries were near their floor",
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
}


@dataclasses.dataclass(frozen=True)
class Run:
    """One run folder, read: provenance and tables."""

    folder: Path
    provenance: Provenance
    points: pd.DataFrame
    samples: pd.DataFrame
    lines: pd.DataFrame


def load(folder: str | Path) -> Run:
    """Read a run folder; a path, or a name below ``reports/``."""
    raise NotImplementedError
