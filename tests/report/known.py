"""What is known of the made-up run, asked once for all tests that only read it."""

import dataclasses
import functools

import pandas as pd

from profiler_suite.report.content.run_facts import RunFacts, ask
from tests.fake_run import make_run


@functools.cache
def known() -> RunFacts:
    return ask(make_run())


def with_points(points: pd.DataFrame) -> RunFacts:
    """The same of other points."""
    return dataclasses.replace(known(), points=points)
