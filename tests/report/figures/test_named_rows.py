"""One row per name: which experiments have them, how rows are named, how large the paper is."""

from matplotlib.figure import Figure

from profiler_suite.report.figures import named_rows
from tests.report.figures.experiments import experiment
from tests.report.known import known


def test_layers_have_names_but_sizes_threads_and_pairs_have_none() -> None:
    assert named_rows.has_names(known(), experiment("network_layers"))
    for name in ("input_size", "blas_threads", "seed_question"):
        assert not named_rows.has_names(known(), experiment(name))


def test_problems_in_several_dtypes_have_a_row_for_each() -> None:
    points = known().points
    one = points[points["experiment"].eq("network_layers") & points["status"].eq("ok")].head(1)
    assert list(named_rows.with_rows(one)["row"]) == [one["name"].iloc[0]]
    both = named_rows.with_rows(
        one.loc[one.index.repeat(2)].assign(dtype=["float32", "float64"])
    )
    name = one["name"].iloc[0]
    assert list(both["row"]) == [f"{name}, float32, t1", f"{name}, float64, t1"]
    unnamed = named_rows.with_rows(one.assign(name=""))
    assert list(unnamed["row"]) == [one["problem"].iloc[0]]


def test_the_best_roof_of_each_setting_is_its_peak() -> None:
    found = named_rows.peaks_by_setting(known())
    assert set(found) == set(known().roofs)
    assert found["float64", 1] == 55e9


def test_the_paper_grows_with_the_rows() -> None:
    few, many = (named_rows.paper(["a"] * n, marks=n, legend=1) for n in (3, 40))
    assert many.height_in > few.height_in
    assert many.top_in > few.top_in == 0


def test_names_stand_from_top_to_bottom() -> None:
    ax = Figure().subplots()
    named_rows.draw_axes(ax, ["first", "second"], "time")
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["first", "second"]
    assert ax.yaxis_inverted()
    assert ax.get_xlabel() == "time"
