"""A race as one JSON document with stable keys; times in s, missing numbers are null."""

from typing import Any

import msgspec

from profiler_suite.analysis.race.results import Race, RaceResult, verdict_in_words
from profiler_suite.model.results import Estimate

RACE_SCHEMA = 1
_OF_TIME = ("time_s", "low_s", "high_s", "minimum_s", "visits", "undisturbed_visits", "flags")
_ABSENT_AT_ZERO = ("ratio", "low", "high")


def document(race: Race) -> dict[str, Any]:
    """The race as plain values."""
    return {
        "profiler_suite_race": RACE_SCHEMA,
        "targets": list(race.targets),
        "setup": race.setup,
        "threads": race.threads,
        "results": [result_document(each) for each in race.results],
        "crossings": [msgspec.to_builtins(each) for each in race.crossings],
        "changes": [
            msgspec.to_builtins(each) | {"sentence": each.sentence} for each in race.changes
        ],
        "notes": list(race.notes),
    }


def result_document(found: RaceResult) -> dict[str, Any]:
    """One result as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(found)
    for name in _ABSENT_AT_ZERO:
        plain[name] = plain[name] or None
    for name in ("before_time", "after_time"):
        plain[name] = _time(getattr(found, name))
    return plain | {"text": verdict_in_words(found)}


def _time(found: Estimate | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {name: msgspec.to_builtins(getattr(found, name)) for name in _OF_TIME}
