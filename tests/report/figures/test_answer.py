"""Both sides of the question in one figure."""

import dataclasses

from profiler_suite.report.figures import answer
from tests.report.figures.experiments import failed
from tests.report.known import known


def test_both_sides_are_drawn_wide_and_narrow() -> None:
    (found,) = answer.answer(known())
    assert found is not None
    assert found.narrow is not None
    assert known().answer is not None
    own = known().points
    own = own[own["experiment"].eq("seed_question") & own["status"].eq("ok")]
    assert {row for rows in found.rows.values() for row in rows} <= set(own.index)


def test_without_a_question_or_a_time_there_is_no_figure() -> None:
    assert list(answer.answer(dataclasses.replace(known(), answer=None))) == []
    said = known().answer
    assert said is not None
    assert answer.both_sides(failed(), said.left, said.right, known().marks) is None
    assert answer.both_sides(known().points, "no", "such point", known().marks) is None


def test_the_code_that_is_advised_has_a_row_of_its_own_at_its_place() -> None:
    said = known().answer
    assert said is not None
    found = answer.both_sides(known().points, said.left, said.right, known().marks, 1e-4)
    assert found is not None
    assert found.narrow is not None
    for each in (found, found.narrow):
        (ax,) = each.figure.axes
        words = {text.get_text(): text.get_position()[1] for text in ax.texts}
        assert "100 µs" in words
        rows = known().points.loc[
            known().points["id"].isin([said.left]), ["implementation", "time_s"]
        ]
        for name, time_s in rows.itertuples(index=False):
            assert (words["the code above"] < words[name]) == (time_s > 1e-4)
    without = answer.both_sides(known().points, said.left, said.right, known().marks)
    assert without is not None
    assert "the code above" not in {text.get_text() for text in without.figure.axes[0].texts}
