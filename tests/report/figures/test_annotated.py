"""The lines of one function with bars."""

from profiler_suite.report.figures import annotated
from tests.report.known import known

LINES = known().run.lines


def corrected() -> str:
    return str(LINES.loc[LINES["method"].ne("") & LINES["plain_s"].gt(0), "id"].iloc[0])


def test_a_point_with_corrected_lines_has_a_figure() -> None:
    found = annotated.source(LINES, corrected(), "lines_x")
    assert found is not None
    assert found.name == "lines_x"


def test_without_corrected_lines_or_a_plain_time_there_is_none() -> None:
    assert annotated.source(LINES, "no such point", "x") is None
    assert annotated.source(LINES.assign(method=""), corrected(), "x") is None
    assert annotated.source(LINES.assign(plain_s=0.0), corrected(), "x") is None


def test_of_a_long_function_the_lines_that_take_least_are_left_out() -> None:
    own = LINES[LINES["id"].eq(corrected())]
    first = own[own["function"].eq(own["function"].iloc[0])].head(1)
    many = first.loc[first.index.repeat(45)].assign(line=range(1, 46))
    found = annotated.source(many.reset_index(drop=True), corrected(), "x")
    assert found is not None
    assert "Not shown: 5 lines with the least time" in found.caption
