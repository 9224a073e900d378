"""Times by name in the formats of tools that keep them over commits.

- Bencher Metric Format: bencher.dev/docs/reference/bencher-metric-format, times in ns;
- the custom JSON of benchmark-action/github-action-benchmark ('customSmallerIsBetter');
- results of asv, format 2, as asv.results.Results.load reads them.
"""

import platform
from collections.abc import Iterable
from typing import Any

from profiler_suite import units
from profiler_suite.model.noun import Noun

_ASV_COLUMNS = (
    *("result", "params", "version", "started_at", "duration"),
    *("stats_ci_99_a", "stats_ci_99_b", "stats_q_25", "stats_q_75"),
    *("stats_number", "stats_repeat", "samples", "profile"),
)
_ASV_VERSION = 2


class NamedTime(Noun, frozen=True):
    """A time that is kept under a name."""

    name: str
    time_s: float
    low_s: float
    high_s: float


class TimesOrigin(Noun, frozen=True):
    """Where times come from, for formats that name it."""

    commit: str
    made_at_s: int
    """When the commit was made, seconds since 1970."""
    host: str
    python: str


def bencher(times: Iterable[NamedTime]) -> dict[str, Any]:
    """The measure 'latency' of each name, ns."""
    return {
        each.name: {
            "latency": {
                "value": 1e9 * each.time_s,
                "lower_value": 1e9 * each.low_s,
                "upper_value": 1e9 * each.high_s,
            }
        }
        for each in times
    }


def github_benchmark(times: Iterable[NamedTime]) -> list[dict[str, Any]]:
    """A list of names with values in ns, and their intervals as text."""
    return [
        {
            "name": each.name,
            "unit": "ns",
            "value": 1e9 * each.time_s,
            "range": f"± {_two_characters(1e9 * (each.high_s - each.low_s) / 2)}",
            "extra": f"95 % interval {units.interval(each.low_s, each.high_s)}",
        }
        for each in times
    ]


def _two_characters(value: float) -> str:
    """Four digits of a number; the action reads none of a single character."""
    text = f"{value:.4g}"
    return text if len(text) > 1 else f"{text}.0"


def asv(times: Iterable[NamedTime], origin: TimesOrigin) -> dict[str, Any]:
    """One file of results for one commit; times in s, our intervals are of 95 %."""
    python = origin.python or platform.python_version()
    return {
        "commit_hash": origin.commit,
        "env_name": f"profiler_suite-py{python}",
        "date": 1000 * origin.made_at_s,
        "params": {
            "machine": origin.host,
            "os": platform.system(),
            "arch": platform.machine(),
            "python": python,
        },
        "python": python,
        "requirements": {},
        "env_vars": {},
        "result_columns": list(_ASV_COLUMNS),
        "results": {
            each.name: [
                *([each.time_s], [], None, None, None),
                *([each.low_s], [each.high_s], None, None),
            ]
            for each in times
        },
        "durations": {},
        "version": _ASV_VERSION,
    }
