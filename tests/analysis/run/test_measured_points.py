"""What counts as a measured point."""

import math
from typing import Any

import pandas as pd
import pytest

from profiler_suite.analysis.run.measured_points import is_timed, measured, rivals, timed
from profiler_suite.model.workload import CHOICE

ROWS = (
    # id, status, time_s, replica, family
    ("good", "ok", 1e-6, 0, "loop"),
    ("again", "ok", 1e-6, 1, "loop"),
    ("best", "ok", 1e-6, 0, CHOICE),
    ("interrupted", "ok", math.nan, 0, "loop"),
    ("wrong", "wrong", 1e-6, 0, "loop"),
    ("skipped", "skipped", math.nan, 0, "loop"),
    ("nothing", "ok", 0.0, 0, "loop"),
)
POINTS = pd.DataFrame(ROWS, columns=["id", "status", "time_s", "replica", "family"])


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (timed, ["good", "again", "best"]),
        (measured, ["good", "best"]),
        (rivals, ["good"]),
    ],
)
def test_each_leaves_out_what_is_none(chosen: Any, ids: list[str]) -> None:
    assert callable(chosen)
    assert list(chosen(POINTS)["id"]) == ids


def test_a_row_and_a_table_agree() -> None:
    rows: Any = POINTS.itertuples()
    assert [r.id for r in rows if is_timed(r.status, r.time_s)] == list(timed(POINTS)["id"])
