"""An explanation as plain values with stable keys, for JSON."""

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd

from profiler_suite.model.results import Ledger, LedgerEntry

if TYPE_CHECKING:
    from profiler_suite.analysis.explain.explanation import Explanation

EXPLANATION_SCHEMA = 1


def document(this: "Explanation") -> dict[str, Any]:
    """The explanation as plain values with stable keys; missing numbers are None."""
    explained, account, time = this.explained, this.explained.account, this.time
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
            "clean_visits": time.clean_visits,
            "flags": list(time.flags),
        },
        "trace": {
            "calls": account.calls,
            "flop": account.flop,
            "traffic_bytes": account.traffic_bytes,
            "temporaries": account.temporaries,
            "temporary_bytes": account.temporary_bytes,
            "coverage": account.coverage,
            "uncovered": dict(account.uncovered),
            "untraced": account.untraced,
        },
        "ledger": _ledger_document(this.ledger),
        "roofline": msgspec.to_builtins(this.roofline),
        "operations": _records(this.operations),
        "lines": _records(this.lines),
        "counterfactuals": {
            each.name: {"text": each.text, "saved_s": each.saved_s, "share": each.share}
            for each in this.counterfactuals
        },
        "advice": [msgspec.to_builtins(each) for each in this.advice],
        "verdict": list(this.verdict),
        "notes": list(this.notes),
    }


def _ledger_document(books: Ledger | None) -> dict[str, Any] | None:
    if books is None:
        return None

    def entry(each: LedgerEntry) -> dict[str, Any]:
        return {
            "time_s": each.time_s,
            "low_s": each.low_s,
            "high_s": each.high_s,
            "share": each.time_s / books.time_s,
            "method": each.method,
        }

    return {
        "time_s": books.time_s,
        "entries": {each.name: entry(each) for each in books.entries},
        "overhead_shares": dict(books.overhead_shares),
        "coverage": books.coverage,
        "clean": books.clean,
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        table.to_json(orient="records", double_precision=15)
    )
    return rows
