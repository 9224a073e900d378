"""The points table as CSV that a spreadsheet opens without running anything in it."""

import csv
import dataclasses
import io

import pandas as pd
import pytest

from profiler_suite.report.formats.table_csv import hosts_csv, points_csv
from tests.report.known import known


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        ('it\'s, "so"\nhere', 'it\'s, "so"\nhere'),
        ("", ""),
    ],
)
def test_a_text_that_looks_like_a_formula_gets_a_quote(cell: str, written: str) -> None:
    assert rows(points_csv(pd.DataFrame({"a": [cell], "b": [1]})))[0]["a"] == written


def test_a_heading_that_looks_like_a_formula_gets_one_too() -> None:
    assert points_csv(pd.DataFrame({"@depth": [3]})) == "'@depth\n3\n"


def test_negative_numbers_stay_numbers_and_missing_ones_are_empty() -> None:
    text = points_csv(pd.DataFrame({"x": [-0.5, float("nan")]}))
    assert [row["x"] for row in rows(text)] == ["-0.5", ""]


def test_the_table_itself_is_left_as_it_was() -> None:
    table = pd.DataFrame({"=a": ["=b"]})
    points_csv(table)
    assert table.to_dict("list") == {"=a": ["=b"]}


def test_the_points_of_all_hosts_stand_in_one_table_the_host_first() -> None:
    one = known().run
    short = dataclasses.replace(one, points=one.points.head(2))
    run = dataclasses.replace(one, hosts={"a": short, "=b": short})
    found = rows(hosts_csv(run))
    assert [row["host"] for row in found] == ["a", "a", "'=b", "'=b"]
    assert next(iter(found[0])) == "host"
