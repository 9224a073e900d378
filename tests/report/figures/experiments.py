"""Experiments and points of the made-up run, by name."""

import pandas as pd

from profiler_suite.model.experiment import Experiment
from tests.report.known import known


def experiment(name: str) -> Experiment:
    return next(e for e in known().run.provenance.experiments if e.name == name)


def failed() -> pd.DataFrame:
    """The points as if none had a time."""
    return known().points.assign(status="failed")
