"""Tables of one explained function: its operations and its lines."""

import math

import pandas as pd

from profiler_suite.analysis import time_breakdown
from profiler_suite.analysis.run.line_breakdown import (
    CALLEES_COLUMN,
    SPLIT_COLUMNS,
    LineBreakdown,
)
from profiler_suite.analysis.run.operation_columns import operation_columns
from profiler_suite.analysis.run.table_columns import fields_in
from profiler_suite.measure.explain.records import FunctionRecord
from profiler_suite.model.machine import Machine
from profiler_suite.model.rows import LineRecord

OPERATION_COLUMNS = (
    "operation",
    "via",
    "operands",
    "file",
    "line",
    "calls",
    "call_s",
    "fixed_s",
    "growing_s",
    "total_s",
    "share",
    "entry",
    "flop",
    "traffic_bytes",
    "minor_faults",
)

LINE_COLUMNS = (
    *("function", "file", "line", "hits", "time_s", "uncertainty_s", "share", "resolved"),
    *(
        "method",
        "indicative",
        "raw_s",
        "plain_s",
        "function_s",
        "profiled_s",
        *SPLIT_COLUMNS,
        *CALLEES_COLUMN,
        "source",
    ),
)

# Columns that are fields of the record, unchanged.
_OF_RECORD = fields_in(LineRecord, LINE_COLUMNS)
_LINE_TEXTS = ("function", "file", "method", "source")


def operation_table(explained: FunctionRecord, machine: Machine) -> pd.DataFrame:
    """Every replayed operation, the costliest first; times in s."""
    breakdown_record = explained.breakdown_record
    fault_s, _ = time_breakdown.fault_price(breakdown_record, machine)
    rows = [
        operation_columns(each, fault_s, breakdown_record.plain_s)
        for each in breakdown_record.operations
    ]
    table = pd.DataFrame(rows, columns=list(OPERATION_COLUMNS))
    return table.sort_values("total_s", ascending=False, ignore_index=True)


def _line_s(record: LineRecord) -> float:
    """Corrected time per evaluation, raw where it was not corrected, s."""
    return record.corrected_s if record.method else record.time_s / record.evaluations


def line_table(explained: FunctionRecord, machine: Machine, function_s: float) -> pd.DataFrame:
    """Every line that ran, in source order; times in s per evaluation.

    Lines are timed in passes of their own, in which the whole function may have taken another
    time `plain_s`: a machine at another pace, or memory that came fresh from the system. Their
    shares of it are what the passes tell, so corrected times are these shares of `function_s`,
    the time of the function, and sum to it.
    """
    breakdown = LineBreakdown(explained.breakdown_record, machine)
    rows: list[dict[str, object]] = []
    for each in explained.lines:
        plain_s = each.plain_s or explained.breakdown_record.plain_s
        whole_s = function_s if function_s > 0 and each.method else plain_s
        pace = whole_s / plain_s if plain_s > 0 else 1.0
        split = {name: pace * part_s for name, part_s in breakdown.split(each).items()}
        time_s = pace * _line_s(each)
        share = time_s / (whole_s or math.inf)
        half_s = pace * each.uncertainty_s + _moved_s(share, plain_s, whole_s)
        rows.append(
            {
                **_OF_RECORD(each),
                "hits": each.hits / each.evaluations,
                "time_s": time_s,
                "uncertainty_s": half_s,
                "share": share,
                "resolved": each.resolved and time_s > half_s,
                "raw_s": each.time_s / each.evaluations,
                "plain_s": plain_s,
                "function_s": whole_s,
                **split,
            }
        )
    table = pd.DataFrame(rows, columns=list(LINE_COLUMNS))
    if table.empty:  # pandas takes columns without a value for objects, which it cannot order
        return table.astype({name: float for name in LINE_COLUMNS if name not in _LINE_TEXTS})
    return table


def _moved_s(share: float, plain_s: float, whole_s: float) -> float:
    """Half width, s, for what the lines' passes took more or less than the function does.

    Which lines took it is not known; it may be all of this line's or all of the others'.
    """
    if not plain_s > 0:
        return 0.0
    inside = min(max(share, 0.0), 1.0)
    return abs(plain_s - whole_s) / max(plain_s, whole_s) * min(inside, 1 - inside) * whole_s
