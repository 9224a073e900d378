"""What a run found in one sentence: the answer, else a finding, else what was counted."""

import dataclasses

from profiler_suite.report.content.headline import counts, headline
from tests.report.known import known, with_points


def test_the_answer_comes_before_findings_and_findings_before_counts() -> None:
    answered = known()
    assert answered.answer is not None
    assert headline(answered) == answered.answer.headline
    found = dataclasses.replace(answered, answer=None, findings=("one", "two"))
    assert headline(found) == "one"
    assert headline(dataclasses.replace(found, findings=())) == counts(answered)


def test_the_counts_name_what_has_no_result() -> None:
    points = (
        known()
        .points.head(5)
        .assign(
            status=["ok", "ok", "failed", "ok", "failed"], experiment=["a", "a", "a", "b", "b"]
        )
    )
    assert counts(with_points(points)) == "3 points measured in 2 experiments; 2 failed"
    assert counts(with_points(points.head(1))) == "1 point measured in 1 experiment"
    assert counts(with_points(points.head(0))) == "0 points measured in 0 experiments"
