"""Named problems, one row each."""

from profiler_suite.report.figures import layers
from tests.report.figures.experiments import experiment, failed
from tests.report.known import known


def test_only_named_problems_without_a_question_are_drawn() -> None:
    assert len(list(layers.named_problems(known(), experiment("network_layers")))) == 1
    for name in ("input_size", "blas_threads", "seed_question"):
        assert list(layers.named_problems(known(), experiment(name))) == []


def test_without_a_time_there_is_no_figure() -> None:
    own = experiment("network_layers")
    assert layers.time_per_name(own, failed(), known().marks, {}, "x") is None


def test_problems_in_several_dtypes_have_a_row_for_each() -> None:
    points = known().points
    one = points[points["experiment"].eq("network_layers") & points["status"].eq("ok")].head(1)
    assert list(layers._with_rows(one)["row"]) == [one["name"].iloc[0]]
    both = layers._with_rows(one.loc[one.index.repeat(2)].assign(dtype=["float32", "float64"]))
    name = one["name"].iloc[0]
    assert list(both["row"]) == [f"{name}, float32, t1", f"{name}, float64, t1"]
    unnamed = layers._with_rows(one.assign(name=""))
    assert list(unnamed["row"]) == [one["problem"].iloc[0]]


def test_the_best_roof_of_each_setting_is_its_peak() -> None:
    found = layers._peaks(known())
    assert set(found) == set(known().roofs)
    assert found["float64", 1] == 55e9
