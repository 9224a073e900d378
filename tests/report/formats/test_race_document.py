"""The document of a race: plain values, null for what is not there."""

import json

from profiler_suite.report.formats.race_document import RACE_SCHEMA, document
from tests.made_race import CHANGE, race, refused, result


def test_it_is_json_with_the_verdicts() -> None:
    found = race(result(0.5), changes=(CHANGE,))
    plain = json.loads(json.dumps(document(found), allow_nan=False))
    assert plain["profiler_suite_race"] == RACE_SCHEMA
    (one,) = plain["results"]
    assert (one["verdict"], one["answers"]) == ("faster", "the same")
    assert one["low"] < one["ratio"] < one["high"] < 1
    assert one["before_time"]["time_s"] > one["after_time"]["time_s"] > 0
    assert one["size"] == {"label": "100", "elements": 100.0}
    assert plain["changes"][0]["sentence"] == CHANGE.sentence


def test_what_was_not_timed_is_null() -> None:
    (one,) = document(race(refused()))["results"]
    assert (one["ratio"], one["low"], one["before_time"]) == (None, None, None)
    assert one["text"] == "refused: its answer differs"
