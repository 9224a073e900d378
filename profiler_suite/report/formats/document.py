"""A run as one JSON document: the same numbers as the page.

Schema history: 1, the first; 2, four keys of a point have other names (see CHANGELOG.md).
"""

import math
from typing import Any

import msgspec

from profiler_suite.analysis.run import findings, quality
from profiler_suite.analysis.run.load import Run
from profiler_suite.machine.own_peak import own_peak
from profiler_suite.machine.shortfall import shortfall
from profiler_suite.model.machine import Machine

DOCUMENT_SCHEMA = 2


def document(run: Run) -> dict[str, Any]:
    """Experiments, machine, points, answer and findings; missing numbers are null."""
    provenance = run.provenance
    names = [experiment.name for experiment in provenance.experiments]
    found = findings.answer(run.own)
    return {
        "schema": DOCUMENT_SCHEMA,
        "run": str(run.folder),
        "experiment": names[0] if len(names) == 1 else names,
        "questions": {e.name: e.question for e in provenance.experiments},
        "mode": provenance.mode,
        "seed": provenance.seed,
        "started_at": provenance.started_at,
        "machine": machine_document(provenance.machine),
        "points": [_point(row) for row in run.points.to_dict("records")],
        "answer": msgspec.to_builtins(found) if found else None,
        "findings": list(findings.findings(run.own)),
        "warnings": list(quality.warnings(run)),
        "selfcheck": msgspec.to_builtins(provenance.selfcheck),
    }


# Quantity of a ceiling → the unit of its figures, as it stands in their names.
_UNITS = {"peak": "flop_per_s", "bandwidth": "bytes_per_s"}
_FIGURES = {"value": "best", "median": "median", "low": "p05", "high": "p95"}


def machine_document(machine: Machine) -> dict[str, Any]:
    """Facts, ceilings and call costs, every figure with its unit in its name."""
    plain: dict[str, Any] = msgspec.to_builtins(machine)
    plain["ceilings"] = [
        _ceiling(ceiling) | {"may_lie_below": shortfall(each)}
        for ceiling, each in zip(plain["ceilings"], machine.ceilings, strict=True)
    ]
    plain["own_peaks"] = [
        {"dtype": c.dtype, "threads": c.threads, "low_flop_per_s": low, "high_flop_per_s": high}
        for c in machine.ceilings
        if c.quantity == "peak" and (own := own_peak(machine, c.dtype, c.threads))
        for low, high in [own]
    ]
    plain["call_costs"] = [_call_cost(cost) for cost in plain["call_costs"]]
    return plain


def _ceiling(ceiling: dict[str, Any]) -> dict[str, Any]:
    """A ceiling without value was not measured: its figures are null, its warning says why."""
    unit = _UNITS.get(ceiling["quantity"], "s")
    measured = ceiling["value"] > 0
    figures = {
        f"{name}_{unit}": ceiling.pop(field) if measured else None
        for field, name in _FIGURES.items()
        if measured or ceiling.pop(field) is not None
    }
    return ceiling | figures


def _call_cost(cost: dict[str, Any]) -> dict[str, Any]:
    unit = str(cost.pop("unit")).lower()
    rate, n_half = cost.pop("rate_per_s"), cost.pop("n_half")
    grows = rate > 0
    return cost | {
        f"rate_{unit}_per_s": rate if grows else None,
        f"n_half_{unit}": n_half if grows else None,
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
