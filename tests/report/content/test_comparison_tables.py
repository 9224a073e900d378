"""A comparison in sentences and tables."""

import pytest

from profiler_suite.analysis.compare.changes import Comparison
from profiler_suite.analysis.compare.environment import EnvironmentDifference
from profiler_suite.report.content import comparison_tables
from tests.report.made_comparison import (
    FASTER,
    SAME,
    SLOWER,
    UNKNOWN,
    change,
    comparison,
    group,
)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (comparison(change(SAME)), "new is as fast as old within noise on 1 point"),
        (comparison(), "new is as fast as old within noise on 0 points"),
        (
            comparison(change(UNKNOWN), change(UNKNOWN), change(SAME)),
            "No difference found in 3 points, but most could not be judged",
        ),
        (
            comparison(change(SLOWER), obstacles=("other CPU",)),
            "Whether new is faster or slower than old could not be judged",
        ),
        (
            comparison(
                change(SLOWER, 1.2),
                change(FASTER, 0.5),
                groups=(
                    group("fft", 1, slower=1, ratio=1.2),
                    group("taps", 2, faster=1, ratio=0.5),
                ),
            ),
            "new against old: slower on 1 of 2 points (fft, 1.200×), faster on 1 of 2 points "
            "(taps on 1 of its 2, 0.500×)",
        ),
    ],
)
def test_the_headline_says_what_changed(found: Comparison, said: str) -> None:
    assert comparison_tables.headline(found) == said


def test_of_many_implementations_three_are_named() -> None:
    groups = tuple(group(name, n, slower=n, ratio=2.0) for n, name in enumerate("abcde", 1))
    said = comparison_tables.headline(comparison(change(SLOWER, 2.0), groups=groups))
    assert "e on all 5, 2.000×; d on all 4, 2.000×; c on all 3, 2.000×; 2 more" in said


def test_few_points_are_all_shown_where_none_differs_and_else_those_that_differ() -> None:
    same = comparison(*[change(SAME)] * 12)
    assert len(comparison_tables.worth_showing(same)) == 12
    assert comparison_tables.worth_showing(comparison(*[change(SAME)] * 13)) == []
    mixed = comparison(change(FASTER, 0.5), change(SAME), change(SLOWER, 1.5))
    assert [c.ratio for c in comparison_tables.worth_showing(mixed)] == [1.5, 0.5]


def test_what_differs_comes_first_then_what_could_not_be_judged() -> None:
    found = comparison(change(SAME), change(UNKNOWN), change(FASTER, 0.5), change(SLOWER, 1.5))
    verdicts = [c.verdict for c in comparison_tables.by_importance(found)]
    assert verdicts == [SLOWER, FASTER, UNKNOWN, SAME]


def test_reasons_that_differ_in_their_figures_are_one() -> None:
    changes = [
        change(UNKNOWN, reason="its interval is wide: ± 12 %"),
        change(UNKNOWN, reason="its interval is wide: more than ± 50 %"),
        change(UNKNOWN, reason="noise of 3 %"),
        change(SAME, reason="not counted"),
    ]
    assert comparison_tables.reasons(changes) == [("its interval is wide", 2), ("noise", 1)]


def test_a_gate_says_what_it_leaves_open() -> None:
    open_one = change(UNKNOWN, 1.0, high=2.0, reason="few visits")
    other = change(UNKNOWN, 1.0, high=3.0, reason="noise of 3 %")
    found = comparison(open_one, other, change(SAME))
    assert comparison_tables.open_question(found, 0.1) == (
        "2 of 3 points could not be judged against 10 %: few visits, and 1 more reason"
    )
    assert comparison_tables.open_question(comparison(change(SAME)), None) == ""
    assert comparison_tables.open_question(comparison(open_one), 1.5) == ""


def test_a_failure_names_the_worst_point() -> None:
    failed = [change(SLOWER, 1.5, implementation=name) for name in "abcde"]
    said = comparison_tables.failure(comparison(*failed), failed, 0.1)
    assert said.startswith("5 points of 5 slower by 10 % or more, confirmed: a, b, c, d …;")
    assert said.endswith("the worst is a 8x8, 1.500× (1.350 to 1.650)")


def test_groups_without_points_are_left_out() -> None:
    table = comparison_tables.families(comparison(groups=(group("a", 0), group("b", 2))))
    assert [row[0] for row in table.rows] == ["b"]
    assert table.rows[0][2:4] == ("1.000", "0.900 to 1.100")


def test_a_table_of_groups_says_what_they_are_groups_of_and_what_was_divided() -> None:
    found = comparison(change(FASTER, 0.5))
    tables = (comparison_tables.families(found), comparison_tables.implementations(found))
    assert [table.headings[0] for table in tables] == ["family", "implementation"]
    assert tables[0].caption == "Families: the second's time over the first's, geometric mean"


def test_a_point_without_a_time_has_empty_cells_and_no_interval() -> None:
    lost = change(UNKNOWN, 0.0, before_s=0.0, threshold=0.0)
    unbounded = change(SAME, 1.0, high=float("inf"))
    rows = comparison_tables.points([lost, unbounded]).rows
    assert rows[0][2:7] == ("", "", "", "", "")
    assert rows[1][5] == "not known"


def test_dtype_and_threads_stand_with_the_problem_where_they_vary() -> None:
    one, other = change(SAME), change(SAME, threads=2)
    assert comparison_tables.points([one]).rows[0][1] == "8x8"
    assert comparison_tables.points([one, other]).rows[1][1] == "8x8 float64 t2"


@pytest.mark.parametrize(
    ("ratio", "text"), [(1.0004, "1.000"), (0.5, "0.500"), (12.34, "12.3")]
)
def test_a_ratio_near_one_has_three_decimals(ratio: float, text: str) -> None:
    assert comparison_tables.near_one(ratio) == text


def test_what_else_differs_is_a_table_or_nothing() -> None:
    assert comparison_tables.environment(comparison()) is None
    differs = EnvironmentDifference(name="NumPy", before="1", after="2")
    table = comparison_tables.environment(comparison(differences=(differs,), paired=True))
    assert table is not None
    assert (table.headings, table.rows) == (("fact", "other", "this"), (("NumPy", "1", "2"),))


def test_the_points_that_are_not_shown_are_counted_by_verdict() -> None:
    shown = change(SLOWER, 1.5)
    found = comparison(shown, change(SAME), change(SAME, 1.01), change(UNKNOWN))
    said = comparison_tables.tally_in_words(found, [shown])
    assert said == "2 same within noise, 1 could not be judged"
    assert comparison_tables.others([shown], 3) == "3 more points"
    assert comparison_tables.others([], 1) == "1 point"


def test_points_that_could_not_be_judged_say_why_unless_none_could() -> None:
    found = comparison(change(UNKNOWN, reason="few visits"))
    assert comparison_tables.untold(found) == ("1 point could not be judged: few visits.",)
    assert comparison_tables.untold(comparison(change(UNKNOWN), obstacles=("x",))) == ()
