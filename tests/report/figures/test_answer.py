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
