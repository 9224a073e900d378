"""The file names of figures, known before any is drawn."""

import re
from collections import Counter

from profiler_suite.model.run import Provenance
from profiler_suite.report.figures.registry import OF_EXPERIMENTS, figures


def stem(prefix: str, name: str) -> str:
    """A file name from an experiment's name, whatever is in it."""
    safe = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"{prefix}_{safe or 'unnamed'}"


def possible_names(provenance: Provenance) -> frozenset[str]:
    """Every name that a figure of such a run may have, as far as the figures state theirs."""
    names: Counter[str] = Counter()
    for each in figures():
        if callable(each.files):
            names.update(each.files(provenance))
        elif each.section in OF_EXPERIMENTS:
            names.update(stem(p, e.name) for p in each.files for e in provenance.experiments)
        else:
            names.update(each.files)
    # Experiments whose names differ by signs only get lines behind their figures' names.
    return frozenset(name + "_" * n for name, times in names.items() for n in range(times))
