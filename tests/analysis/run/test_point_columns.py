"""Metrics: columns of the points table that one decorated function adds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from profiler_suite.analysis.run.load import load
from profiler_suite.analysis.run.point_columns import metric, point_columns
from profiler_suite.errors import UsageError
from profiler_suite.registry import forget
from profiler_suite.report.content import selection
from profiler_suite.report.content.columns import page_columns
from tests.fake_folder import write_run


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    forget(Path(__file__).resolve())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("metrics") / "run")


def test_rates_shares_and_intensity_are_quotients_of_their_columns(folder: Path) -> None:
    points = load(folder).points
    measured = points[points["status"] == "ok"]
    assert len(measured)
    for name, above, below in (
        ("flop_per_s", "flop", "time_s"),
        ("undisturbed_share", "undisturbed_visits", "visits"),
        ("intensity", "flop", "compulsory_bytes"),
    ):
        assert (measured[name] == measured[above] / measured[below]).all()


def test_a_metric_stands_where_it_says_and_is_no_dimension(folder: Path) -> None:
    @metric("time of 100 evaluations, s", after="time_s", heading="100 times, ms", scale=1e3)
    def hundred_s(points: pd.DataFrame) -> "pd.Series[Any]":
        return 100 * points["time_s"]

    @metric("is it slow")
    def slow(points: pd.DataFrame) -> "pd.Series[Any]":
        return points["time_s"].gt(1e-3).map({True: "yes", False: "no"})

    points = load(folder).points
    columns = list(points.columns)
    assert columns[columns.index("time_s") + 1] == "hundred_s"
    assert list(point_columns())[-1] == "slow"
    assert not {"hundred_s", "slow"} & set(selection.dimensions(points))
    shown = {column.heading: column for column in page_columns()}
    row = next(selection.rows(points[points["time_s"].gt(0)]))
    assert float(shown["100 times, ms"].cell(row)) == pytest.approx(1e5 * row.time_s, rel=5e-3)
    assert "slow" not in {column.key for column in page_columns()}


def test_names_of_columns_and_of_dimensions_are_taken(folder: Path) -> None:
    with pytest.raises(UsageError, match="column 'time_s' is registered twice"):

        @metric("mine")
        def time_s(points: pd.DataFrame) -> "pd.Series[Any]":
            return points["flop"]

    @metric("mine")
    def n(points: pd.DataFrame) -> "pd.Series[Any]":
        return points["flop"]

    with pytest.raises(UsageError, match="'n' cannot be added: it is a dimension"):
        load(folder)


def test_a_metric_after_a_column_that_is_not_there_is_refused() -> None:
    @metric("mine", after="tmie_s")
    def mine(points: pd.DataFrame) -> "pd.Series[Any]":
        return points["flop"]

    with pytest.raises(UsageError, match="cannot stand after 'tmie_s'"):
        point_columns()


def test_what_a_metric_raises_names_its_file_and_line(folder: Path) -> None:
    @metric("mine")
    def mine(points: pd.DataFrame) -> "pd.Series[Any]":
        return points["no_such_column"]

    with pytest.raises(UsageError, match=r"test_point_columns\.py, line \d+: KeyError"):
        load(folder)
