import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from profiler_suite.analysis.run import tables
from profiler_suite.machine import canary
from profiler_suite.report.content import run_facts, selection
from profiler_suite.report.content.table import TableView
from profiler_suite.report.drawing import chart, crossing_bands, labels, style, ticks
from profiler_suite.report.figures import (
    all_figures,
    axes,
    layers,
    quality,
    roofline,
    threads_by_size,
)
from profiler_suite.report.figures.roofline_setting import RooflineSetting
from tests.fake_run import make_run


@given(st.lists(st.floats(0, 5), min_size=1, max_size=25), st.floats(0.01, 0.3))
def test_labels_moved_apart_keep_their_distance_and_their_order(
    wanted: Sequence[float], gap: float
) -> None:
    placed = labels.spread(sorted(wanted, reverse=True), gap, top=6)
    assert len(placed) == len(wanted)
    assert all(a - b >= gap - 1e-9 for a, b in itertools.pairwise(placed))
    assert max(placed) <= 6 + 1e-9


def test_labels_that_do_not_collide_stay_where_they_are() -> None:
    assert labels.spread([3.0, 2.0, 1.0], 0.5, top=4) == pytest.approx([3.0, 2.0, 1.0])


def test_a_line_to_a_name_ends_at_its_curve() -> None:
    drawing, (ax,) = chart.picture("p", "t", "c")
    ax.set_xlim(0, 10)
    ax.set_ylim(0, 10)
    mark = style.marks([("loop", "loop"), ("taps", "vectorized")])
    for name, x in (("loop", [1, 9]), ("taps", [1, 4])):
        series = chart.Series(x, [5.0, 5.01], [0, 1])
        chart.draw_series(drawing, ax, name, mark[name], series)
    entries = [(name, mark[name], 5.0) for name in ("loop", "taps")]
    labels.direct_labels(drawing, ax, entries)
    leaders = [a for a in ax.lines if str(a.get_gid()).endswith("k")]
    starts = {drawing.series[str(a.get_gid())]: np.asarray(a.get_data())[:, 0] for a in leaders}
    assert starts["taps"] == pytest.approx([0.4, 0.501])
    assert starts["loop"] == pytest.approx([0.9, 0.501])


def test_a_long_name_is_cut_in_the_middle() -> None:
    assert labels.shorten("windows_tensordot", 12) == "windows…rdot"
    assert labels.shorten("taps", 12) == "taps"


def test_ticks_are_plain_numbers_with_units() -> None:
    assert ticks.tick_time(2e-5) == "20 µs"
    assert ticks.tick_time(1e-3) == "1 ms"
    assert ticks.tick_rate(5e9) == "5 GFLOP/s"
    assert ticks.tick_flop(1e7) == "10 M"
    assert ticks.plain(1500) == "1,500"


def test_a_tick_of_no_change_has_no_sign() -> None:
    found = [ticks.tick_change(ratio) for ratio in (0.9, 1 - 1e-12, 1.0, 1 + 1e-12, 1.025)]
    assert found == ["-10 %", "0 %", "0 %", "0 %", "+2.5 %"]


@given(st.floats(1e-9, 1e9), st.floats(1.2, 1e9))
def test_an_axis_has_few_ticks_and_all_inside(low: float, factor: float) -> None:
    found = ticks.log_ticks(low, low * factor)
    assert len(found) <= 9
    assert all(low * 0.99 <= tick <= low * factor * 1.01 for tick in found)


def frame(*rows: tuple[float, str, float, float, float]) -> pd.DataFrame:
    columns = ["height", "implementation", "time_s", "low_s", "high_s"]
    return pd.DataFrame(rows, columns=columns).assign(status="ok", replica=0, family="user")


def test_the_title_names_who_is_fastest_where() -> None:
    table = frame(
        (8, "loop", 1.0, 0.9, 1.1),
        (8, "gemm", 2.0, 1.9, 2.1),
        (16, "loop", 4.0, 3.9, 4.1),
        (16, "gemm", 2.0, 1.9, 2.1),
    )
    found = selection.fastest_along(table, "height")
    sentence = selection.sentence_of_fastest(found, "height")
    assert sentence == "loop is fastest at input size 8, gemm from 16"


def test_the_title_does_not_call_a_tie_a_win() -> None:
    table = frame(
        (8, "taps", 1.0, 0.9, 1.1),
        (8, "gemm", 2.0, 1.9, 2.1),
        (16, "taps", 2.05, 1.9, 2.2),
        (16, "gemm", 2.0, 1.9, 2.1),
    )
    found = selection.fastest_along(table, "height")
    sentence = selection.sentence_of_fastest(found, "height")
    assert sentence == "taps is fastest, or within noise of the fastest, at every input size"


def test_what_varies_besides_the_axis_becomes_panels() -> None:
    points = run_facts.ask(make_run()).points
    own = selection.measured(selection.of_experiment(points, "filter_count"))
    assert selection.other_variables(own, "filters") == ["stride"]
    parts = selection.panels(own, ["stride"], most=3)
    assert [heading for heading, _ in parts] == ["stride 1", "stride 2"]


def test_drawing_leaves_matplotlibs_settings_alone() -> None:
    before = dict(mpl.rcParams)
    all_figures.hang(run_facts.ask(make_run()))
    assert dict(mpl.rcParams) == before


def test_every_mark_stands_for_a_row_of_the_points_table() -> None:
    facts = run_facts.ask(make_run())
    for hung in all_figures.hang(facts):
        for group, rows in hung.picture.rows.items():
            names = set(facts.points.loc[rows, "implementation"])
            assert names <= {hung.picture.series[group]}


def test_titles_are_sentences_and_names_are_unique_files() -> None:
    hung = all_figures.hang(run_facts.ask(make_run()))
    names = [h.picture.name for h in hung]
    assert len(names) == len(set(names))
    assert all(name.replace("_", "").isalnum() for name in names)
    assert all(h.picture.title and h.picture.caption for h in hung)


def test_a_figure_without_its_data_is_left_out() -> None:
    run = make_run()
    empty = run.points.assign(status="skipped")
    object.__setattr__(run, "points", empty)
    for name in ("visits", "worker_of", "round_of"):
        object.__setattr__(run.history, name, {})
    object.__setattr__(run, "lines", run.lines.iloc[:0])
    names = {h.picture.name for h in all_figures.hang(run_facts.ask(run))}
    assert names <= {"same_code"}


def test_very_many_marks_become_an_image() -> None:
    few, _ = chart.picture("few", "Few", "", chart.Paper(marks=100))
    many, _ = chart.picture("many", "Many", "", chart.Paper(marks=10_000))
    assert not few.rasterised
    assert many.rasterised
    assert "10,000" in many.caption


def test_a_long_table_says_how_many_rows_it_leaves_out() -> None:
    rows = tuple((str(number),) for number in range(5))
    table = TableView("Numbers", ("number",), (True,), rows)
    assert table.first(3).rows == rows[:3]
    assert "2 more" in table.first(3).caption
    assert table.first(5) is table


def test_of_very_many_pairs_of_the_same_code_the_farthest_apart_are_drawn() -> None:
    facts = run_facts.ask(make_run())
    pairs = pd.concat([facts.same_code] * 100, ignore_index=True)
    pairs["ratio"] = 1.0
    pairs.loc[3, "ratio"] = 1.5
    drawn = quality.same_code(pairs, facts.marks)
    assert drawn is not None
    assert drawn.figure.get_size_inches()[1] < 15
    assert "+50.00 %" in [text.get_text() for text in drawn.figure.axes[0].texts]
    assert f"of {len(pairs)}" in drawn.caption


def test_words_above_an_axis_keep_apart() -> None:
    crossings = [(10.0, 9.0, 11.0, "loop → vectorized 10.0"), (11.0, 10.0, 12.0, "b → c 11.0")]
    close = crossing_bands.place(crossings, (1, 100))
    assert [band.row for band in close] == [0, 1]
    far = crossing_bands.place(
        [(1.1, 1, 1.2, "a → b 1.10"), (90, 80, 95, "b → c 90.0")], (1, 100)
    )
    assert [(band.row, band.align) for band in far] == [(0, "left"), (0, "right")]
    assert (
        crossing_bands.room_for([close, far])
        > crossing_bands.room_for([far])
        > crossing_bands.room_for([[]])
        == 0
    )


def test_threads_over_size_need_three_sizes() -> None:
    facts = run_facts.ask(make_run())
    names = {h.picture.name for h in all_figures.hang(facts)}
    assert "speedup_blas_threads" in names
    scaled = facts.thread_scaling
    few = scaled[scaled["flop"] < scaled["flop"].max()]
    drawn = [
        threads_by_size.over_size(s, facts.threads_pay, facts.points, facts.marks, "speedup")
        for s in (scaled, few)
    ]
    assert drawn[0] is not None
    assert drawn[1] is None


def test_intervals_of_the_traced_roofline_are_around_their_marks() -> None:
    facts = run_facts.ask(make_run())
    points = facts.points.assign(
        traced_flop=7 * facts.points["flop"], traced_bytes=facts.points["compulsory_bytes"]
    )
    setting = RooflineSetting(points, facts.roofs["float64", 1], "float64", 1, facts.marks)
    drawn = roofline.over_traced_intensity(setting, "traced")
    assert drawn is not None
    (axes,) = drawn.figure.axes
    bars = [c for c in axes.collections if isinstance(c, LineCollection)]
    marks = [line for line in axes.lines if str(line.get_gid()) in drawn.rows]
    assert len(bars) == len(marks) > 0
    for bar, mark in zip(bars, marks, strict=True):
        ends = np.asarray(bar.get_segments())
        places = np.asarray(mark.get_xydata())
        assert (ends[:, 0, 0] == places[:, 0]).all()
        assert (ends[:, 0, 1] <= places[:, 1] * 1.001).all()
        assert (ends[:, 1, 1] >= places[:, 1] * 0.999).all()


def test_executed_and_effective_rates_are_drawn_apart_where_they_differ() -> None:
    asked = run_facts.ask(make_run())
    points = asked.points
    point = points[points["implementation"] == "im2col_gemm"].iloc[0]
    key = (str(point["dtype"]), int(point["threads"]))
    fewer = points.assign(
        executed_flop=points["flop"].where(points["id"] != point["id"], points["flop"] / 4)
    )

    def drawn(frame: pd.DataFrame) -> chart.Picture:
        with chart.drawing_style():
            found = roofline.over_intensity(
                RooflineSetting(frame, asked.roofs[key], *key, asked.marks), "r"
            )
        assert found is not None
        return found

    plain, apart = drawn(points), drawn(fewer)
    assert "executed rate" not in plain.caption
    assert "executed rate" in apart.caption
    groups = [c for c in apart.figure.axes[0].collections if isinstance(c, LineCollection)]
    lines = [np.asarray(line) for group in groups for line in group.get_segments()]
    ends = [float(xy[:, 1].min()) for xy in lines if xy[0, 0] == xy[-1, 0]]
    assert point["flop"] / 4 / point["time_s"] in [pytest.approx(end) for end in ends]


def test_the_fastest_peer_of_every_row_is_marked_as_the_line_to_beat() -> None:
    asked = run_facts.ask(make_run())
    experiment = next(e for e in asked.run.provenance.experiments if e.name == "network_layers")
    own = selection.measured(selection.of_experiment(asked.points, experiment.name))
    name = str(own["implementation"].iloc[0])
    is_peer = asked.points["implementation"].eq(name)
    with_peer = asked.points.assign(family=asked.points["family"].where(~is_peer, "peer"))
    with chart.drawing_style():
        plain = layers.time_per_name(experiment, asked.points, asked.marks, {}, "a")
        marked = layers.time_per_name(experiment, with_peer, asked.marks, {}, "b")
    assert plain is not None
    assert marked is not None
    assert "line to beat" not in plain.caption
    assert f"the line to beat: the fastest of {name}" in marked.caption
    more = len(marked.figure.axes[0].lines) - len(plain.figure.axes[0].lines)
    assert more == own["name"].nunique()


@pytest.mark.slow
def test_no_text_leaves_its_picture_however_many_implementations_there_are() -> None:
    facts = run_facts.ask(make_run())
    names = [f"a_rather_long_name_{number}" for number in range(60)]
    own = facts.points["experiment"].eq("network_layers")
    renamed = facts.points.assign(
        implementation=facts.points["implementation"].where(
            ~own, [names[number % 60] for number in range(len(own))]
        )
    )
    looks = style.marks(
        zip(renamed["implementation"].astype(str), renamed["family"].astype(str), strict=True)
    )
    pictures = []
    for hung in [
        *all_figures.hang(facts),
        *all_figures.hang(dataclasses.replace(facts, points=renamed, marks=looks)),
    ]:
        pictures += [hung.picture, *([hung.picture.narrow] if hung.picture.narrow else [])]
    for picture in pictures:
        figure = picture.figure
        with chart.drawing_style():
            canvas: Any = FigureCanvasAgg(figure)
            canvas.draw()
        wide, high = figure.bbox.width, figure.bbox.height
        for text in figure.findobj(Text):
            if text.get_text() and text.get_visible():
                box = text.get_window_extent()
                where = picture.name, text.get_text(), box
                assert -1 <= box.x0 <= box.x1 <= wide + 1, where
                assert -1 <= box.y0 <= box.y1 <= high + 1, where


@pytest.mark.parametrize(("mode", "limit"), [("quick", "5"), ("default", "4"), ("full", "2")])
def test_the_spread_is_held_against_the_limit_of_the_runs_mode(mode: str, limit: str) -> None:
    facts = run_facts.ask(make_run())
    drawn = quality.spread_over_time(facts.points, facts.marks, mode)
    assert drawn is not None
    assert f"±{limit} %" in drawn.title
    assert f"±{limit} %" in drawn.caption
    level = [line for line in drawn.figure.axes[0].lines if line.get_linestyle() == "--"]
    assert np.asarray(level[0].get_ydata()) == pytest.approx(int(limit) / 100)


def test_the_cost_of_calls_is_a_roof_across_the_plot() -> None:
    facts = run_facts.ask(make_run())
    frame = selection.measured(facts.points)
    peak = max(r.value for r in facts.roofs["float64", 1] if r.kind == "compute")
    frame = frame[frame["overhead_flop_per_s"].between(1, peak / 2) & frame["threads"].eq(1)]
    side = frame.iloc[0]
    setting = RooflineSetting(
        facts.points, facts.roofs["float64", 1], "float64", 1, facts.marks, (str(side["id"]),)
    )
    drawn = roofline.over_intensity(setting, "r")
    assert drawn is not None
    (axes,) = drawn.figure.axes
    height = side["overhead_flop_per_s"]
    roofs = [
        line
        for line in axes.lines
        if np.asarray(line.get_ydata()).tolist() == pytest.approx([height, height])
    ]
    assert any(np.asarray(each.get_xdata()) == pytest.approx(axes.get_xlim()) for each in roofs)
    assert any("per-call cost of" in text.get_text() for text in axes.texts)


def test_the_questions_points_are_named_and_the_others_faded() -> None:
    facts = run_facts.ask(make_run())
    asked = facts.answer
    assert asked is not None
    for drawn in roofline.rooflines(facts):
        if drawn is None or "float64_t1" not in drawn.name:
            continue
        named = [text.get_text() for text in drawn.figure.axes[0].texts]
        assert {asked.left_name, asked.right_name} <= set(named)
        rows = facts.points["id"].to_list()
        for line in drawn.figure.axes[0].lines:
            if str(line.get_gid()) in drawn.rows:
                ids = {rows[row] for row in drawn.rows[str(line.get_gid())]}
                faded = line.get_alpha() is not None
                assert faded == ids.isdisjoint({asked.left, asked.right})


def test_a_mark_that_stands_for_a_longer_time_is_larger() -> None:
    facts = run_facts.ask(make_run())
    setting = RooflineSetting(
        facts.points, facts.roofs["float64", 1], "float64", 1, facts.marks
    )
    drawn = roofline.over_intensity(setting, "r")
    assert drawn is not None
    sizes: dict[str, list[tuple[float, float]]] = {}
    for line in drawn.figure.axes[0].lines:
        for row in drawn.rows.get(str(line.get_gid()), ()):
            point = facts.points.iloc[row].to_dict()
            sizes.setdefault(str(point["implementation"]), []).append(
                (float(point["time_s"]), line.get_markersize())
            )
    for found in sizes.values():
        ordered = [size for _, size in sorted(found)]
        assert ordered == sorted(ordered)
    assert any(len({size for _, size in found}) > 1 for found in sizes.values())


def test_captions_of_rooflines_are_short() -> None:
    facts = run_facts.ask(make_run())
    points = facts.points.assign(executed_flop=facts.points["flop"] / 4, traced_flop=1e6)
    points = points.assign(traced_bytes=1e6)
    drawn = list(roofline.rooflines(dataclasses.replace(facts, points=points)))
    assert len(drawn) > 2
    for each in drawn:
        assert each is not None
        assert len(each.caption.split()) <= 40, each.caption


def test_a_visit_that_counts_lies_below_the_line_of_the_canary() -> None:
    history = make_run().history
    some = [visit for visits in history.visits.values() for visit in visits]
    slow = msgspec.structs.replace(
        some[0], canaries_s={"ufunc": (41e-6, 41e-6), "memory": (9, 9)}
    )
    baselines = {"ufunc": 41e-6, "memory": 1.0}
    table = tables.visits(
        dataclasses.replace(history, visits={"a": [slow]}, baselines=baselines), 10
    )
    assert table["undisturbed"].all()
    assert (table["canary"] <= canary.limit("ufunc")).all()


def test_the_title_of_a_roofline_praises_nobody_for_being_all_overhead() -> None:
    facts = run_facts.ask(make_run())
    key = ("float64", 1)
    only = facts.points.assign(bound="overhead", of_attainable=1.0, above_roof=False)
    setting = RooflineSetting(only, facts.roofs[key], *key, facts.marks)
    drawn = roofline.over_intensity(setting, "r")
    assert drawn is not None
    assert "points are limited by per-call cost" in drawn.title
    assert "closest" not in drawn.title


def test_the_cost_of_the_axis_is_told_by_the_one_that_feels_it_least_and_most() -> None:
    table = frame(
        (1, "loop", 1.0, 0.9, 1.1),
        (1, "gemm", 2.0, 1.9, 2.1),
        (1, "fft", 9.0, 8.9, 9.1),
        (64, "loop", 64.0, 63.0, 65.0),
        (64, "gemm", 4.0, 3.9, 4.1),
        (128, "gemm", 9.0, 8.9, 9.1),
        (128, "loop", 128.0, 127.0, 129.0),
        (64, "fft", 900.0, 890.0, 910.0),
    ).assign(flop=lambda t: 10 * t["height"])
    assert axes.growth_along(table, "height") == (
        "input size 128 instead of 1 (128× the FLOP) takes gemm 4.50× the time, loop 128×"
    )
    assert axes.growth_along(table[table["height"] == 1], "height") == ""


def test_a_title_takes_what_fits_into_two_lines_the_first_part_first() -> None:
    assert chart.longest_title(["a", "b" * 300, "c"]) == "a; c"
    assert all(
        len(chart.lines_of(hung.picture.title)) <= 2
        for hung in all_figures.hang(run_facts.ask(make_run()))
        if hung.section == "axes"
    )


def test_layers_tell_the_share_of_the_peak_and_whether_fewer_operations_win() -> None:
    asked = run_facts.ask(make_run())
    experiment = next(e for e in asked.run.provenance.experiments if e.name == "network_layers")
    own = asked.points["experiment"].eq("network_layers")
    name = str(selection.measured(asked.points[own])["implementation"].iloc[0])
    mine = own & asked.points["implementation"].eq(name)
    points = asked.points.assign(
        executed_flop=asked.points["flop"].where(~mine, asked.points["flop"] / 4),
        time_s=asked.points["time_s"].where(~mine, asked.points["flop"] / 4 / 30e9),
    )
    points["time_s"] = points["time_s"].where(mine | ~own, 1e3)
    peaks = {
        (str(d), int(t)): 60e9 for d, t in zip(points["dtype"], points["threads"], strict=True)
    }
    drawn = layers.time_per_name(experiment, points, asked.marks, peaks, "a")
    assert drawn is not None
    number = selection.measured(points[mine])["problem"].nunique()
    assert "execute 50 % of the peak FLOP/s" in drawn.title
    assert f"fewer FLOP win on {number} of the {number} where" in drawn.title


def test_a_narrow_twin_shows_the_same_points_and_names_them_below() -> None:
    twins = [
        (hung.picture, hung.picture.narrow)
        for hung in all_figures.hang(run_facts.ask(make_run()))
        if hung.picture.narrow
    ]
    assert {"answer", "roofline_float64_t1", "time_input_size", "spread"} <= {
        wide.name for wide, _ in twins
    }
    for wide, narrow in twins:
        assert narrow is not None
        assert narrow.figure.get_figwidth() < wide.figure.get_figwidth() / 2
        assert list(narrow.rows.values()) == list(wide.rows.values())
        assert set(wide.labels.values()) <= set(narrow.labels.values())
