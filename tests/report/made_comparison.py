"""Made-up comparisons for tests that only show them."""

from typing import Any

from profiler_suite.analysis.compare.changes import Change, Comparison, Group
from profiler_suite.model.results import Verdict

SLOWER, FASTER = Verdict.SLOWER, Verdict.FASTER
SAME, UNKNOWN = Verdict.SAME, Verdict.UNKNOWN


def change(verdict: Verdict, ratio: float = 1.0, **fields: Any) -> Change:
    given: dict[str, Any] = {
        "id": f"{verdict}{ratio}{fields}",
        "experiment": "e",
        "implementation": "fft",
        "family": "fft",
        "problem": "8x8",
        "dtype": "float64",
        "threads": 1,
        "before_s": 1e-3,
        "after_s": ratio * 1e-3,
        "ratio": ratio,
        "low": 0.9 * ratio,
        "high": 1.1 * ratio,
        "minima": ratio,
        "threshold": 0.03,
        "p": 0.01,
        "verdict": verdict,
    }
    return Change(**(given | fields))


def group(
    name: str, points: int, slower: int = 0, faster: int = 0, ratio: float = 1.0
) -> Group:
    return Group(
        name=name,
        points=points,
        ratio=ratio,
        low=0.9 * ratio,
        high=1.1 * ratio,
        slower=slower,
        faster=faster,
        p=0.01,
        verdict=SAME,
    )


def comparison(*changes: Change, groups: tuple[Group, ...] = (), **fields: Any) -> Comparison:
    given: dict[str, Any] = {
        "before": "old",
        "after": "new",
        "paired": False,
        "differences": (),
        "obstacles": (),
        "warnings": (),
        "changes": changes,
        "families": groups,
        "implementations": groups,
    }
    return Comparison(**(given | fields))
