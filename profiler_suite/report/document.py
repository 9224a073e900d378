"""A run as one JSON document: the same numbers as the page."""

import math
from typing import Any

import msgspec

from profiler_suite.analysis import quality, verdict
from profiler_suite.analysis.frames import Run

DOCUMENT_SCHEMA = 1


def document(run: Run) -> dict[str, Any]:
    """Experiments, machine, points, answer and findings; missing numbers are null."""
    provenance = run.provenance
    names = [experiment.name for experiment in provenance.experiments]
    found = verdict.answer(run)
    return {
        "schema": DOCUMENT_SCHEMA,
        "run": str(run.folder),
        "experiment": names[0] if len(names) == 1 else names,
        "questions": {e.name: e.question for e in provenance.experiments},
        "mode": provenance.mode,
        "seed": provenance.seed,
        "started_at": provenance.started_at,
        "machine": msgspec.to_builtins(provenance.machine),
        "points": [_point(row) for row in run.points.to_dict("records")],
        "answer": msgspec.to_builtins(found) if found else None,
        "findings": list(verdict.findings(run)),
        "warnings": list(quality.warnings(run)),
    }


def _point(row: dict[Any, Any]) -> dict[str, Any]:
    plain = {str(name): _plain(value) for name, value in row.items()}
    low_s, high_s = plain.pop("low_s"), plain.pop("high_s")
    plain["interval_s"] = None if low_s is None else [low_s, high_s]
    return plain


def _plain(value: Any) -> Any:
    """A number as Python's own; a missing or unbounded one as None, which JSON has."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value
