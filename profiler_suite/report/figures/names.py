"""The file names of figures, known before any is drawn."""

import re
from collections import Counter

from profiler_suite.model.run import Provenance

_FIXED = (
    "answer",
    "canary",
    "changes",
    "overhead_methods",
    "roofline_flop_per_call",
    "roofline_traced_traffic",
    "same_code",
    "spread",
)
_OF_EXPERIMENT = ("where", "overhead", "time", "speedup", "heatmap")


def stem(prefix: str, name: str) -> str:
    """A file name from an experiment's name, whatever is in it."""
    safe = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"{prefix}_{safe or 'unnamed'}"


def possible_names(provenance: Provenance) -> frozenset[str]:
    """Every name that a figure of such a run may have."""
    points = provenance.points
    own = [stem(p, e.name) for e in provenance.experiments for p in _OF_EXPERIMENT]
    # Experiments whose names differ by signs only get lines behind their figures' names.
    again = {name + "_" * n for name, times in Counter(own).items() for n in range(times)}
    return frozenset(
        again.union(
            _FIXED,
            (f"roofline_{p.problem.dtype}_t{p.threads}" for p in points),
            (stem("lines", p.implementation) for p in points),
        )
    )
