"""Named problems, one row each."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from profiler_suite.report.content import selection
from profiler_suite.report.figures import layer_rates, layers, named_rows
from tests.report.figures.experiments import experiment, failed
from tests.report.known import known


def test_only_named_problems_without_a_question_are_drawn() -> None:
    assert len(list(layers.named_problems(known(), experiment("network_layers")))) == 1
    for name in ("input_size", "blas_threads", "seed_question"):
        assert list(layers.named_problems(known(), experiment(name))) == []


def test_without_a_time_there_is_no_figure() -> None:
    own = experiment("network_layers")
    assert layers.time_per_name(own, failed(), known().marks, {}, "x") is None


def fewer_executed() -> tuple[Any, Any]:
    """What is known, with one implementation that executes a quarter of the textbook's FLOP."""
    asked = known()
    own = asked.points["experiment"].eq("network_layers") & asked.points["status"].eq("ok")
    name = asked.points[own]["implementation"].iloc[0]
    mine = own & asked.points["implementation"].eq(name)
    flop = asked.points["flop"]
    points = asked.points.assign(executed_flop=flop.where(~mine, flop / 4))
    return dataclasses.replace(asked, points=points), points[mine]


def test_rates_are_drawn_apart_where_fewer_operations_are_executed() -> None:
    assert list(layer_rates.named_rates(known(), experiment("network_layers"))) == [None]
    assert list(layer_rates.named_rates(known(), experiment("input_size"))) == []
    asked, fewer = fewer_executed()
    (drawn,) = layer_rates.named_rates(asked, experiment("network_layers"))
    assert drawn is not None
    assert "up to 4.00× the executed one" in drawn.title
    assert f"of the {fewer['name'].nunique()} problems" in drawn.title
    lines = [np.asarray(line.get_xdata(), float) for line in drawn.figure.axes[0].lines]
    ends = [x for x in lines if len(x) == 2 and x[1] == pytest.approx(4 * x[0])]
    assert len(ends) == fewer["name"].nunique()


def test_of_each_row_the_fastest_of_each_kind_is_drawn() -> None:
    asked, _ = fewer_executed()
    own = selection.measured(selection.of_experiment(asked.points, "network_layers"))
    names = list(dict.fromkeys(own["implementation"]))
    assert len(names) > 2
    peer = own["implementation"].eq(names[1])
    frame = named_rows.with_rows(own.assign(family=own["family"].where(~peer, "peer")))
    shown = layer_rates._fastest_of_each_kind(frame)
    for _, row in shown.groupby("row"):
        assert len(row) <= 3
        assert set(row["implementation"]) >= {names[0], names[1]} & set(
            frame.loc[frame["row"].eq(row["row"].iloc[0]), "implementation"]
        )
