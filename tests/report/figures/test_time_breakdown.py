"""Figures of the time breakdown, on a run that has one."""

import numpy as np
import pandas as pd
import pytest

from profiler_suite.report.content import selection
from profiler_suite.report.drawing import style
from profiler_suite.report.figures import time_breakdown
from tests.fake_run import make_run


def test_overhead_falls_below_a_level_on_a_logarithmic_axis() -> None:
    assert time_breakdown.falls_below([1, 100], [1.0, 0.0], 0.5) == pytest.approx(10)
    assert time_breakdown.falls_below([1, 10], [0.4, 0.2], 0.5) == 0.0
    assert time_breakdown.falls_below([1, 10], [0.9, 0.8], 0.5) is None


def test_a_run_without_breakdowns_has_no_breakdown_figures() -> None:
    run = make_run()
    points = run.points.assign(residual=np.nan)
    assert selection.with_breakdown(points).empty
    assert time_breakdown.stacked(run.provenance.experiments[0], points, {}, "where") is None
    assert time_breakdown.agreement(points, {}, "methods") is None


def test_entries_of_a_bar_have_a_colour_each() -> None:
    assert len(set(style.ENTRY_COLOURS.values())) == len(style.ENTRY_COLOURS)


@pytest.mark.parametrize(
    ("loop", "dot", "title"),
    [
        ("interpreter", "arithmetic", "The interpreter takes 70 % of the time of loop, arith"),
        ("dispatch", "interpreter", "Dispatch takes 70 % of the time of loop, the interpreter"),
        ("copy", "copy", "Copy takes 70 % of the time of loop and 70 % of the time of dot"),
    ],
)
def test_the_title_names_what_takes_most_of_both_sides(loop: str, dot: str, title: str) -> None:
    rows = [
        {"implementation": name, "time_s": 1.0}
        | dict.fromkeys(style.ENTRY_COLOURS, 0.06)
        | {top: 0.7}
        for name, top in (("loop", loop), ("dot", dot))
    ]
    found = time_breakdown._stacked_title(pd.DataFrame(rows), "", ("loop", "dot"))
    assert found.startswith(title)
