"""What is said of a traced operation in a table, of a run or of one function."""

import math

from profiler_suite.analysis import time_breakdown
from profiler_suite.model.rows import OperationTime


def operation_columns(
    operation: OperationTime, fault_s: float, plain_s: float
) -> dict[str, object]:
    """Its columns; times are NaN where it could not be replayed."""
    replayed = operation.replayed

    def timed(value_s: float) -> float:
        return value_s if replayed else math.nan

    total_s = operation.calls * operation.call_s
    return {
        "operation": operation.name,
        "via": operation.via,
        "operands": operation.shapes,
        "file": operation.file,
        "line": operation.line,
        "calls": operation.calls,
        "call_s": timed(operation.call_s),
        "fixed_s": timed(operation.fixed_s),
        "growing_s": time_breakdown.growing_s(operation, fault_s) if replayed else math.nan,
        "call_spread_s": timed(operation.full_spread_s),
        "fixed_spread_s": timed(operation.fixed_spread_s),
        "total_s": timed(total_s),
        "share": timed(total_s / plain_s if plain_s else math.nan),
        "entry": time_breakdown.grows_as(operation),
        "flop": operation.flop,
        "traffic_bytes": operation.traffic_bytes,
        "minor_faults": operation.minor_faults,
    }
