"""An explanation as plain values with stable keys, for JSON."""

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd

from profiler_suite.model.results import Breakdown, BreakdownEntry

if TYPE_CHECKING:
    from profiler_suite.analysis.explain.advice import Advice
    from profiler_suite.analysis.explain.explanation import Explanation

EXPLANATION_SCHEMA = 1


def document(this: "Explanation") -> dict[str, Any]:
    """The explanation as plain values with stable keys; missing numbers are None."""
    explained, breakdown_record, time = (
        this.explained,
        this.explained.breakdown_record,
        this.time,
    )
    return {
        "schema": EXPLANATION_SCHEMA,
        "name": explained.name,
        "setup": explained.setup,
        "file": explained.file,
        "line": explained.line,
        "threads": explained.threads,
        "arguments": list(explained.arguments),
        "result": explained.result,
        "time": {
            "time_s": time.time_s,
            "low_s": time.low_s,
            "high_s": time.high_s,
            "minimum_s": time.minimum_s,
            "cold_s": explained.cold_s,
            "visits": time.visits,
            "undisturbed_visits": time.undisturbed_visits,
            "flags": list(time.flags),
        },
        "trace": {
            "calls": breakdown_record.calls,
            "flop": breakdown_record.flop,
            "traffic_bytes": breakdown_record.traffic_bytes,
            "temporaries": breakdown_record.temporaries,
            "temporary_bytes": breakdown_record.temporary_bytes,
            "coverage": breakdown_record.coverage,
            "coverage_samples": breakdown_record.coverage_samples,
            "escaped": dict(breakdown_record.escaped),
            "uncovered": dict(breakdown_record.uncovered),
            "untraced": breakdown_record.untraced,
        },
        "breakdown": _breakdown_document(this.breakdown),
        "roofline": msgspec.to_builtins(this.roofline),
        "operations": _records(this.operations),
        "lines": _records(this.lines),
        "counterfactuals": {
            each.name: {"text": each.text, "saved_s": each.saved_s, "share": each.share}
            for each in this.counterfactuals
        },
        "advice": [_advice_document(each) for each in this.advice],
        "not_advised": list(this.not_advised),
        "patch": this.patch,
        "verdict": list(this.verdict),
        "notes": list(this.notes),
    }


def _advice_document(given: "Advice") -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(given)
    del found["rewrites"]  # their text is in source and lines
    return found


def _breakdown_document(breakdown: Breakdown | None) -> dict[str, Any] | None:
    if breakdown is None:
        return None

    def entry(each: BreakdownEntry) -> dict[str, Any]:
        return {
            "time_s": each.time_s,
            "low_s": each.low_s,
            "high_s": each.high_s,
            "share": each.time_s / breakdown.time_s,
            "method": each.method,
        }

    return {
        "time_s": breakdown.time_s,
        "entries": {each.name: entry(each) for each in breakdown.entries},
        "overhead_shares": dict(breakdown.overhead_shares),
        "coverage": breakdown.coverage,
        "undisturbed": breakdown.undisturbed,
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", double_precision=15)
    )
    return rows
