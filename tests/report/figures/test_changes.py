"""Every point's ratio, sorted."""

import itertools

from profiler_suite.report.figures import changes
from tests.report.known import known
from tests.report.made_comparison import FASTER, SAME, SLOWER, UNKNOWN, change, comparison


def test_points_are_sorted_and_counted_by_verdict() -> None:
    found = comparison(
        change(SLOWER, 1.5),
        change(SAME),
        change(FASTER, 0.5),
        change(SAME, 1.01),
        change(UNKNOWN, 0.0),
    )
    row_of = {each.id: number for number, each in enumerate(found.changes)}
    drawing = changes.ratios(found, row_of)
    assert drawing is not None
    assert set(drawing.series.values()) == {"slower (1)", "faster (1)", "within noise (2)"}
    assert sorted(itertools.chain(*drawing.rows.values())) == [0, 1, 2, 3]


def test_without_a_ratio_or_a_comparison_there_is_no_figure() -> None:
    assert changes.ratios(comparison(change(UNKNOWN, 0.0)), {}) is None
    assert changes.ratios(comparison(), {}) is None
    assert list(changes.comparison(known())) == []


def test_an_interval_without_an_end_does_not_squeeze_the_others() -> None:
    low, high = changes._limits(
        [change(SAME, 1.0), change(UNKNOWN, 1.1, low=1e-9, high=float("inf"))]
    )
    assert 0.8 < low < 1 < high < 1.5
