"""What counts as a measured point, and which of them compete: said here and nowhere else."""

import pandas as pd

from profiler_suite.model.rows import Status
from profiler_suite.model.workload import CHOICE
from profiler_suite.workloads import registry


def is_timed(status: str, time_s: float) -> bool:
    """Whether a row of the points table has a time to show; a wrong answer has none."""
    return status == Status.OK and time_s > 0


def timed(points: pd.DataFrame) -> pd.DataFrame:
    """Rows with a time, both entries of an A/A pair among them."""
    return points[points["status"].eq(Status.OK) & points["time_s"].gt(0)]


def measured(points: pd.DataFrame) -> pd.DataFrame:
    """Rows with a time, the second entries of A/A pairs left out."""
    found = timed(points)
    return found[found["replica"].eq(0)]


def prepared(implementation: str) -> bool:
    """Whether it keeps buffers or transformed filters that others make anew in each call."""
    found = registry.implementations().get(implementation)
    return found is not None and found.prepare is not None


def alike(points: pd.DataFrame) -> pd.DataFrame:
    """Rivals that prepare nothing: what the asker's own code can be compared with."""
    found = rivals(points)
    return found[~found["implementation"].astype(str).map(prepared).astype(bool)]


def rivals(points: pd.DataFrame) -> pd.DataFrame:
    """Measured rows that compete: what merely runs another's code cannot be faster than it."""
    found = measured(points)
    return found[found["family"].ne(CHOICE)]
