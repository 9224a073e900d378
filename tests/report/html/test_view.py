"""The view of the page is data: its parts cannot be altered once it is filled."""

import dataclasses

import pytest

from profiler_suite.report.html import view
from profiler_suite.report.html.fill import build
from tests.report.known import known


def test_a_view_that_was_filled_is_not_altered() -> None:
    found = build(known(), (), ())
    assert isinstance(found, view.PageView)
    for field in dataclasses.fields(found):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(found, field.name, None)


def test_each_part_of_the_page_is_of_the_kind_that_the_template_reads() -> None:
    found = build(known(), (), ())
    assert {type(point) for point in found.points} == {view.PointRow}
    assert {type(card) for card in found.cards} == {view.Card}
    assert {type(source) for source in (*found.sources, *found.more_sources)} <= {
        view.SourceView
    }


def test_only_the_page_of_very_many_points_is_laid_out_piece_by_piece() -> None:
    found = build(known(), (), ())
    assert not found.large
    assert dataclasses.replace(found, points=found.points[:1] * 1001).large
