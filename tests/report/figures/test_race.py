"""The picture of a race: lines over sizes, or bars of the parts; none of what was not timed."""

import msgspec

from profiler_suite.report.drawing import svg
from profiler_suite.report.figures.race import picture
from tests.made_race import CHANGE, LARGE, SMALL, race, refused, result


def test_over_sizes_each_version_has_a_line() -> None:
    found = picture(race(result(2.0, SMALL), result(0.5, LARGE)))
    assert found is not None
    assert {"old.py:f", "new.py:f"} <= set(found.series.values())
    text = svg.inline(found, svg.draw(found), ())
    assert "elements of the arguments" in text
    assert "10,000" in text
    assert " ms" in text
    assert "mathdefault" not in text


def test_at_one_size_the_parts_of_both_times_stand_below_each_other() -> None:
    found = picture(race(result(0.5), changes=(CHANGE,)))
    assert found is not None
    text = svg.inline(found, svg.draw(found), ())
    for word in ("old.py:f", "new.py:f", "interpreter", "arithmetic"):
        assert word in text


def test_sizes_without_elements_have_no_line() -> None:
    empty = msgspec.structs.replace(SMALL, elements=0.0)
    assert picture(race(result(2.0, empty), result(0.5, LARGE))) is None


def test_there_is_no_picture_of_nothing() -> None:
    assert picture(race(refused())) is None
    assert picture(race(result(1.0))) is None
