"""The command that measures a point again."""

import shlex
from typing import Any

from profiler_suite.model import Experiment

# Dimension → the option of `sweep` that sets it. Named and dense problems have
# no options: their whole experiment's row of that implementation is measured.
_OPTIONS = {"height": "--sizes", "filters": "--filters", "stride": "--strides"}


def command(row: Any, experiment: Experiment | None) -> str:
    """A shell command for one row of the points table."""
    words = ["python", "-m", "profiler_suite", "sweep", str(row.experiment)]
    words += ["--implementations", str(row.implementation)]
    words += ["--threads", str(row.threads), "--dtype", str(row.dtype)]
    problems = experiment.problems if experiment else ()
    if not row.name:
        for dim, option in _OPTIONS.items():
            if len({p.dims[dim] for p in problems if dim in p.dims}) > 1:
                words += [option, f"{getattr(row, dim):.0f}"]
    return shlex.join(words)
