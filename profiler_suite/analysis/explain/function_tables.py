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


def line_table(explained: FunctionRecord, machine: Machine) -> pd.DataFrame:
    """Every line that ran, in source order; times in s per evaluation."""
    breakdown = LineBreakdown(explained.breakdown_record, machine)
    rows: list[dict[str, object]] = []
    for each in explained.lines:
        time_s = _line_s(each)
        # Its own passes' plain time: other interference would not cancel.
        plain_s = each.plain_s or explained.breakdown_record.plain_s
        rows.append(
            {
                **_OF_RECORD(each),
                "hits": each.hits / each.evaluations,
                "time_s": time_s,
                "share": time_s / (plain_s or math.inf),
                "raw_s": each.time_s / each.evaluations,
                "plain_s": plain_s,
                **breakdown.split(each),
            }
        )
    table = pd.DataFrame(rows, columns=list(LINE_COLUMNS))
    if table.empty:  # pandas takes columns without a value for objects, which it cannot order
        return table.astype({name: float for name in LINE_COLUMNS if name not in _LINE_TEXTS})
    return table
