"""What a guard says first is what is wrong."""

import pytest

from profiler_suite.report.content import guard_words
from tests.analysis.race.test_guard import outcome, report
from tests.made_race import refused, result


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (report(outcome(result(1.0))), "None of 1 function is slower than main."),
        (report(outcome(result(2.0))), "1 function (f) slower than main."),
        (report(outcome(refused())), "1 function (f) with a different answer, or none."),
        (report(outcome(None, reason="new")), "Nothing could be compared with main."),
        (
            report(outcome(result(0.5)), outcome(result(1.0))),
            "None of 2 functions is slower than main; 1 function (f) faster.",
        ),
        (
            report(*(outcome(result(2.0)) for _ in range(4))),
            "4 functions (f, f, f, …) slower than main.",
        ),
    ],
)
def test_the_headline_counts_and_names(found: object, said: str) -> None:
    assert guard_words.headline(found) == said  # type: ignore[arg-type]


def test_what_is_wrong_stands_first_in_the_table() -> None:
    same, slow, wrong = outcome(result(1.0)), outcome(result(2.0)), outcome(refused())
    new = outcome(None, reason="not compared: the base cannot run it (…)")
    found = report(same, new, wrong, slow)
    assert guard_words.ordered(found) == [slow, wrong, new, same]
    table = guard_words.table(found)
    assert [len(row) for row in table.rows] == [4] * 4
    assert table.rows[2][2:] == ("", "")


def test_the_basis_names_the_threshold() -> None:
    assert "less than 5.0 % counts as no difference" in guard_words.basis(report())
