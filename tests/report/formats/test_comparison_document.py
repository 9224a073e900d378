"""A comparison for a program and for a pull request."""

import json

from profiler_suite.analysis.compare.environment import EnvironmentDifference
from profiler_suite.report.formats import comparison_document
from tests.report.made_comparison import (
    FASTER,
    SAME,
    SLOWER,
    UNKNOWN,
    change,
    comparison,
    group,
)


def test_a_number_that_is_missing_or_without_a_bound_is_null() -> None:
    lost = change(UNKNOWN, 0.0, before_s=0.0, high=float("inf"), low=0.0)
    found = comparison_document.document(comparison(lost))
    json.dumps(found, allow_nan=False)
    (point,) = found["points"]
    assert point["before_s"] is point["ratio"] is point["high"] is None
    assert point["p"] == 0.01


def test_verdicts_are_counted_and_what_failed_or_stays_open_is_named() -> None:
    slower, open_one = change(SLOWER, 1.5), change(UNKNOWN, high=9.0)
    found = comparison_document.document(
        comparison(slower, open_one, change(SAME), change(FASTER, 0.5)), [slower], 0.1
    )
    assert found["verdicts"] == {
        "faster": 1,
        "slower": 1,
        "same within noise": 1,
        "could not be judged": 1,
    }
    assert found["regressions"] == [slower.id]
    assert found["undecided"] == [open_one.id]
    assert found["schema"] == comparison_document.DOCUMENT_SCHEMA


def test_the_markdown_says_what_a_gate_left_open_first() -> None:
    found = comparison_document.markdown(
        comparison(change(SAME)), "1 point could not be judged"
    )
    assert found.startswith("**1 point could not be judged.**\n\n## new is as fast as old")
    assert "The environments are the same." in found


def test_differences_obstacles_and_families_are_shown_as_text() -> None:
    differs = EnvironmentDifference(name="CPU", before="<a>", after="b|c")
    found = comparison_document.markdown(
        comparison(
            change(SLOWER, 1.5),
            *[change(SAME)] * 20,
            groups=(group("fft", 3, slower=3, ratio=1.5),),
            differences=(differs,),
            warnings=("few rounds",),
        )
    )
    assert r"| CPU | \<a\> | b\|c |" in found
    assert "> - few rounds" in found
    assert "| fft | 3 | 1.500 |" in found
    assert "20 more points: 20 same within noise." in found
