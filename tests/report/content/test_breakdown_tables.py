"""Tables of where the time goes, of made-up shares."""

from typing import Any

import pandas as pd
import pytest

from profiler_suite.analysis.time_breakdown import ENTRIES
from profiler_suite.report.content import breakdown_tables
from tests.report.known import known, with_points

SHARES = {
    "interpreter": 0.4,
    "dispatch": 0.2,
    "memory": 0.0,
    "copy": 0.1,
    "arithmetic": 0.2,
    "residual": 0.1,
}


def points(**columns: Any) -> pd.DataFrame:
    own = known().points
    own = own[(own["experiment"] == "seed_question") & (own["implementation"] == "loop")]
    given: dict[str, Any] = {
        **SHARES,
        "overhead_replay": 0.7,
        "overhead_native": 0.65,
        "breakdown_notes": "",
    }
    return own.assign(**(given | columns))


def cells(**columns: Any) -> dict[str, str]:
    table = breakdown_tables.breakdown(with_points(points(**columns)))
    assert table is not None
    return dict(zip(table.headings, table.rows[0], strict=True))


def test_shares_are_written_as_parts_of_a_hundred() -> None:
    found = cells()
    shown = [float(found[name]) for name in ENTRIES if name in found]
    assert sum(shown) == pytest.approx(100)
    assert (found["interpreter"], found["arithmetic"]) == ("40.0", "20.0")
    assert found["overhead: replay"] == "70"


def test_where_the_methods_disagree_no_share_is_shown_and_the_remark_says_why() -> None:
    found = cells(copy=0.9)
    assert {found[name] for name in ENTRIES} == {"–"}
    assert "the methods disagree" in found["remark"]


@pytest.mark.parametrize(
    ("share", "text"), [(-0.2, "−20"), (-0.001, "0"), (0.004, "0"), (0.856, "86")]
)
def test_an_overhead_below_nothing_has_a_minus_only_where_it_is_one(
    share: float, text: str
) -> None:
    assert cells(overhead_replay=share)["overhead: replay"] == text


def test_a_method_that_says_nothing_is_left_out() -> None:
    assert "overhead: samples" not in cells(overhead_native=float("nan"))


def test_only_points_whose_methods_are_far_apart_are_gaps() -> None:
    assert breakdown_tables.gaps(with_points(points())) is None
    table = breakdown_tables.gaps(with_points(points(overhead_native=0.3)))
    assert table is not None
    assert table.rows[0][-3:] == ("70", "30", "40")


def test_without_breakdowns_or_a_trace_there_are_no_tables() -> None:
    assert breakdown_tables.breakdown(known()) is None
    assert breakdown_tables.gaps(known()) is None
    assert breakdown_tables.operations(known()) is None


def test_fixed_costs_are_shares_of_the_measured_time_the_largest_first() -> None:
    table = breakdown_tables.overhead(known())
    assert table is not None
    shares = [float(row[-1].removesuffix(" %")) for row in table.rows]
    assert shares == sorted(shares, reverse=True)
    assert breakdown_tables.overhead(with_points(known().points.assign(calls=0))) is None
