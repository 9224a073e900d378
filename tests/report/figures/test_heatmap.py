"""The heat map of two dimensions."""

import pandas as pd
import pytest

from profiler_suite.report.figures import heatmap
from tests.report.figures.experiments import experiment, failed
from tests.report.known import known


def test_a_grid_has_a_cell_for_each_combination_of_each_implementation() -> None:
    own = experiment("filter_count")
    found = heatmap.of_grid(own, known().points, "heatmap_x")
    assert found is not None
    assert "combinations of filters and stride" in found.title


@pytest.mark.parametrize("name", ["input_size", "blas_threads", "seed_question"])
def test_without_two_dimensions_that_vary_there_is_no_heat_map(name: str) -> None:
    assert heatmap.of_grid(experiment(name), known().points, "x") is None


def test_without_a_time_there_is_no_heat_map() -> None:
    assert heatmap.of_grid(experiment("filter_count"), failed(), "x") is None


@pytest.mark.parametrize(
    ("relative", "step"), [(1.0, 0), (1.05, 0), (1.06, 1), (3.0, 2), (9.0, 3), (1e6, 5)]
)
def test_a_cell_is_coloured_by_how_many_times_slower_it_is(relative: float, step: int) -> None:
    assert heatmap._step(relative) == step


def test_the_title_counts_where_each_is_fastest() -> None:
    frame = pd.DataFrame(
        {
            "implementation": ["a", "a", "b", "b"],
            "filters": [1, 2, 1, 2],
            "stride": 1,
            "relative": [1.0, 1.0, 2.0, 3.0],
        }
    )
    keys = ["filters", "stride"]
    said = heatmap._title(frame, keys)
    assert said == "a is fastest in all 2 combinations of filters and stride"
    split = frame.assign(relative=[1.0, 2.0, 2.0, 1.0])
    assert heatmap._title(split, keys).endswith("a in 1, b in 1")
