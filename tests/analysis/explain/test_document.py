"""An explanation as plain values."""

import json
from typing import Any

import pytest

from profiler_suite.analysis.explain.document import EXPLANATION_SCHEMA, document, to_json
from profiler_suite.measure.explain.ways.records import WayRecord, WayVisits
from profiler_suite.model.way import Way, WayKind
from tests.analysis.explain.test_question import visits
from tests.stored_explanation import stored_explanation


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return document(stored_explanation())


def test_it_is_json_without_numbers_that_json_has_not(plain: dict[str, Any]) -> None:
    text = to_json(plain)
    assert json.loads(text) == json.loads(json.dumps(plain, allow_nan=False))
    assert plain["schema"] == EXPLANATION_SCHEMA
    assert "NaN" not in text
    assert "\\u" not in text


def test_what_it_says_is_what_the_explanation_says(plain: dict[str, Any]) -> None:
    this = stored_explanation()
    assert plain["time"]["time_s"] == this.time.time_s
    assert len(plain["operations"]) == len(this.operations)
    assert [each["line"] for each in plain["lines"]] == this.lines["line"].tolist()
    assert plain["verdict"] == list(this.verdict)
    assert {each["name"] if "name" in each else each["title"] for each in plain["advice"]}
    assert len(plain["advice"]) == len(this.advice)
    assert set(plain["counterfactuals"]) == {each.name for each in this.counterfactuals}


def test_other_ways_are_there_with_numbers_or_a_reason() -> None:
    this = stored_explanation()
    assert document(this)["what_if"] == []
    this.ways = (
        WayRecord(way=Way(kind=WayKind.TORCH), reason="no"),
        WayRecord(way=Way(kind=WayKind.NUMBA), visits=WayVisits(visits(3e-3), visits(1e-3))),
    )
    faster, not_measured = json.loads(to_json(document(this)))["what_if"]
    assert faster["way"]["kind"] == "numba"
    assert faster["verdict"] == "faster"
    assert faster["ratio"]["ratio"] == pytest.approx(3, rel=0.05)
    assert (not_measured["ratio"], not_measured["reason"]) == (None, "no")


def test_shares_of_the_entries_are_of_the_whole_time(plain: dict[str, Any]) -> None:
    entries = plain["breakdown"]["entries"]
    for each in entries.values():
        share = each["time_s"] / plain["breakdown"]["time_s"]
        assert each["share"] == pytest.approx(share)


def test_without_advice_there_is_an_empty_list_and_no_patch() -> None:
    bare = document(stored_explanation(advised=False))
    assert (bare["advice"], bare["patch"]) == ([], "")


def test_a_number_that_json_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"time_s": float("nan")})
