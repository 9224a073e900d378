"""Line timings become annotated source on the page."""

import dataclasses
import itertools

from profiler_suite.report.content.run_facts import RunFacts
from profiler_suite.report.html.annotated_source import sources
from tests.report.known import known


def with_lines(**columns: object) -> RunFacts:
    run = known().run
    lines = run.lines.assign(**columns)  # type: ignore[arg-type]
    return dataclasses.replace(known(), run=dataclasses.replace(run, lines=lines))


def test_each_profiled_point_has_its_source_in_the_order_of_its_lines() -> None:
    found = sources(known())
    assert len(found) == known().run.lines["id"].nunique()
    for view in found:
        for function in view.functions:
            numbers = [line.number for line in function.lines]
            assert numbers == sorted(numbers)


def test_lines_left_out_between_two_leave_a_gap() -> None:
    for view in sources(known()):
        for function in view.functions:
            numbers = [line.number for line in function.lines]
            expected = [b > a + 1 for a, b in itertools.pairwise(numbers)]
            assert [line.gap for line in function.lines] == [False, *expected]


def test_a_point_that_is_not_in_the_table_has_no_problem_to_name() -> None:
    assert {view.problem for view in sources(with_lines(id="unknown"))} == {""}


def test_a_deviation_that_rounds_to_nothing_has_no_minus() -> None:
    total = known().run.lines.groupby("id")["corrected_s"].transform("sum")
    found = sources(with_lines(method="sampled", plain_s=total * 1.0000001))
    assert found
    assert not any("-0.0 %" in view.totals for view in found)


def test_without_lines_there_are_no_sources() -> None:
    run = known().run
    empty = dataclasses.replace(run, lines=run.lines.head(0))
    assert sources(dataclasses.replace(known(), run=empty)) == []
