"""Records out of structured arrays count, write through, and come back as they were."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.trace import trace
from profiler_suite.measure.trace.records import CountingRecord, CountingVoid, counting_record

N = 6


def records() -> Any:
    made = np.zeros(N, dtype=[("x", "f8"), ("y", "f8"), ("at", "f8", (3,)), ("n", "i4")])
    made["x"], made["y"], made["at"] = np.arange(N), 2.0, 1.0
    return made


def unpacked(row: Any) -> Any:
    x, y, _, _ = row
    return x * y


def by_names(row: Any) -> Any:
    return row["x"] * row["y"]


def by_attributes(row: Any) -> Any:
    return row.x * row.y


@pytest.mark.parametrize(
    ("each", "made", "flop"),
    [
        (by_names, records, 1),
        (unpacked, records, 1),
        (lambda row: row[0] + row[1], records, 1),
        (lambda row: row.item()[0] + row.tolist()[1], records, 1),
        (lambda row: (row["at"] * row["x"]).sum(), records, 5),
        (by_attributes, lambda: records().view(np.recarray), 1),
        (by_names, lambda: records().view(np.recarray), 1),
        (lambda row: row.at @ row.at, lambda: records().view(np.recarray), 6),
    ],
)
def test_fields_of_each_record_are_counted(
    each: Callable[[Any], Any], made: Callable[[], Any], flop: int
) -> None:
    def function(rows: Any) -> Any:
        return [float(each(row)) for row in rows]

    expected = function(made())
    result, counts = trace(function, (made(),))
    assert result == expected
    assert counts.flop == N * flop


def test_what_is_written_to_a_record_is_written_to_its_array() -> None:
    def function(rows: Any, named: Any) -> None:
        rows[2]["x"] = rows[3]["x"] * 5.0
        named[1].y = named[4].x + 1.0

    rows, named = records(), records().view(np.recarray)
    trace(function, (rows, named))
    assert (rows["x"][2], named.y[1]) == (15.0, 5.0)


def test_a_record_comes_back_as_it_was() -> None:
    rows = records()
    for given in (rows, rows.view(np.recarray)):
        result, _ = trace(lambda r: (r[1], [r[2]]), (given,))
        for got, expected in ((result[0], given[1]), (result[1][0], given[2])):
            assert type(got) is type(expected)
            assert got.dtype == expected.dtype
            assert got["x"] == expected["x"]


def test_a_record_can_be_put_into_an_array_and_compared() -> None:
    def function(rows: Any) -> Any:
        rows[0] = rows[3]
        return rows[0]["x"], rows[0] == rows[3]

    assert trace(function, (records(),))[0] == (3.0, True)


def test_records_with_python_objects_stay_plain() -> None:
    rows = np.array([(1.0, "a"), (2.0, "b")], dtype=[("x", "f8"), ("name", object)])
    assert trace(lambda r: [row["name"] for row in r], (rows,))[0] == ["a", "b"]


@pytest.mark.parametrize("kind", [CountingVoid, CountingRecord])
def test_a_record_knows_its_plain_form(kind: type) -> None:
    rows = records() if kind is CountingVoid else records().view(np.recarray)
    made = counting_record(rows[4], rows, 4)
    plain = made.plain
    assert type(made) is kind
    assert plain.dtype == rows.dtype
    assert plain.tolist()[0] == 4.0
