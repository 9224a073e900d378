"""Time over whatever an experiment varies."""

import pandas as pd
import pytest

from profiler_suite.report.figures import axes
from tests.report.figures.experiments import experiment, failed
from tests.report.known import known


def frame(**times: tuple[float, ...]) -> pd.DataFrame:
    rows = [
        {
            "implementation": name,
            "stride": float(number),
            "time_s": time_s,
            "flop": 100.0 * number,
            "status": "ok",
            "replica": 0,
            "family": "loop",
        }
        for name, each in times.items()
        for number, time_s in enumerate(each, 1)
    ]
    return pd.DataFrame(rows)


def test_growth_is_said_of_the_least_and_the_most_growing_one() -> None:
    said = axes.growth_along(frame(a=(1.0, 2.0, 3.0), b=(1.0, 1.0, 9.0)), "stride")
    assert said == "stride 3 instead of 1 (3.00× the FLOP) takes a 3.00× the time, b 9.00×"
    less = axes.growth_along(frame(a=(1.0, 0.5, 0.25), b=(1.0, 1.0, 0.9)), "stride")
    assert less.endswith("takes a 25 % of the time, b 90 %")


@pytest.mark.parametrize(
    "table",
    [
        frame(a=(1.0, 2.0)),
        frame(a=(1.0,), b=(2.0,)),
        frame(a=(1.0, 2.0, 3.0), b=(1.0, 2.0)),  # b was not measured at the end
    ],
)
def test_without_two_that_were_measured_at_both_ends_there_is_no_growth(
    table: pd.DataFrame,
) -> None:
    assert axes.growth_along(table, "stride") == ""


def test_a_swept_experiment_has_a_picture_and_named_problems_have_not() -> None:
    assert len(list(axes.time_of_experiment(known(), experiment("input_size")))) == 1
    assert list(axes.time_of_experiment(known(), experiment("network_layers"))) == []


def test_without_a_time_there_is_no_picture() -> None:
    own = experiment("input_size")
    found = axes.time_over_axis(own, failed(), known().marks, known().crossovers, "time_x")
    assert found is None


def test_every_implementation_is_a_series_with_a_mark_for_each_of_its_points() -> None:
    own = experiment("input_size")
    found = axes.time_over_axis(
        own, known().points, known().marks, known().crossovers.head(0), "time_x"
    )
    assert found is not None
    points = known().points
    ok = points[points["experiment"].eq(own.name) & points["status"].eq("ok")]
    ok = ok[ok["replica"].eq(0)]
    assert set(found.series.values()) == set(ok["implementation"])
    assert sorted(row for rows in found.rows.values() for row in rows) == sorted(ok.index)
