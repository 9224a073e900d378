"""Dates one by one, and the same of arrays: every template says what its pattern says."""

import datetime

import numpy as np
import pandas as pd
import pytest

from profiler_suite.analysis.explain import date_patterns

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
