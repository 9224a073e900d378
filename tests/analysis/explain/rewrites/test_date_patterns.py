"""Dates one by one, and the same of arrays: every template says what its pattern says."""

import datetime

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain.rewrites import date_patterns

STAMPS = ["1969-07-20T20:17:40", "2000-02-29T00:00:00", "2024-12-31T23:59:59"]
REFERENCE = datetime.datetime(1999, 3, 4, 5, 6, 7)
TABLES = (
    date_patterns.of_strings,
    date_patterns.of_timestamps,
    date_patterns.of_date_arrays,
    date_patterns.of_other_formats,
)


@pytest.mark.parametrize("table", TABLES, ids=lambda each: each.__name__)
def test_a_template_gives_what_its_pattern_gives(table: date_patterns.Table) -> None:
    for pattern, template in table():
        form = "%Y-%m-%dT%H:%M:%S"
        if "'%" in pattern:
            form = pattern.partition("'")[2].partition("'")[0]
        texts = [datetime.datetime.fromisoformat(s).strftime(form) for s in STAMPS]
        array = np.array(STAMPS, dtype="M8[s]")
        of_arrays = table is date_patterns.of_date_arrays
        names = {
            "S": array if of_arrays else texts,
            **{"R": REFERENCE, "F": form, "np": np, "pd": pd, "datetime": datetime},
        }
        one, other = eval(pattern, dict(names)), eval(template, dict(names))
        assert list(one) == list(other), (pattern, template)
        assert type(one) is type(other)


def test_a_part_of_one_string_is_an_element_of_what_is_asked_of_all() -> None:
    names = {"R": REFERENCE, "np": np, "pd": pd, "datetime": datetime}
    for pattern, template in date_patterns.parts_of_elements(pandas=True):
        form = "%Y-%m-%dT%H:%M:%S"
        if "'%" in pattern:
            form = pattern.partition("'")[2].partition("'")[0]
        texts = [datetime.datetime.fromisoformat(s).strftime(form) for s in STAMPS]
        every = eval(template, {**names, "S": texts, "F": form})
        one = [eval(pattern, {**names, "V": text, "F": form}) for text in texts]
        assert every.tolist() == one, (pattern, template)
    assert len(list(date_patterns.parts_of_elements(pandas=False))) < len(
        list(date_patterns.parts_of_elements(pandas=True))
    )


def test_what_datetime_reads_without_a_format_is_the_same() -> None:
    for pattern, template in date_patterns.isoformats():
        form = pattern.partition("'")[2].partition("'")[0]
        for stamp in STAMPS:
            text = datetime.datetime.fromisoformat(stamp).strftime(form)
            names = {"C": datetime.datetime, "X": text}
            assert eval(pattern, dict(names)) == eval(template, dict(names))
