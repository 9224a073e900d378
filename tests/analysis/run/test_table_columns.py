"""Columns that are fields of a noun are taken from it."""

from profiler_suite.analysis.run.point_columns import RECORD_COLUMNS
from profiler_suite.analysis.run.table_columns import LINE_COLUMNS, fields_in
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import LineRecord


class Reading(Noun, frozen=True):
    time_s: float
    hidden: int = 0
    name: str = ""


def test_fields_that_are_columns_are_taken_and_others_are_not() -> None:
    taken = fields_in(Reading, {"name", "time_s", "elsewhere"})
    assert taken(Reading(time_s=2.0, hidden=1, name="a")) == {"time_s": 2.0, "name": "a"}


def test_the_tables_have_the_fields_of_their_nouns() -> None:
    assert {"time_s", "low_s", "high_s", "visits"} <= {
        name for name in Estimate.__struct_fields__ if name in RECORD_COLUMNS
    }
    assert {"corrected_s", "uncertainty_s", "source"} <= {
        name for name in LineRecord.__struct_fields__ if name in LINE_COLUMNS
    }
