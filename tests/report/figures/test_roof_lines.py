"""Roofs as they are drawn and named."""

import dataclasses
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from profiler_suite.report.figures import roof_lines
from tests.report.known import known


@dataclasses.dataclass(frozen=True)
class Line:
    """A roof."""

    level: str
    value: float
    access: str = ""
    kind: str = "bandwidth"
    label: str = ""
    own_low: float = 0.0
    own_high: float = 0.0


def axes() -> Any:
    ax = Figure().subplots()
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(0.1, 100)
    ax.set_ylim(1, 1000)
    return ax


def test_the_legend_names_level_access_and_bandwidth() -> None:
    found = roof_lines.legend(
        [
            Line("", 7.82e10, own_low=7.8e10, own_high=1.44e11),
            Line("", 9e11, own_low=9e11, own_high=2e12),
        ],
        [Line("L1", 2e11), Line("memory", 2e10, "read"), Line("L9", 1e9)],
    )
    assert [words for words, _, _ in found] == [
        "best GEMM 78.2 GFLOP/s",
        "own peak 78.0–144 GFLOP/s",
        "best GEMM 900 GFLOP/s",
        "own peak 900 GFLOP/s – 2.00 TFLOP/s",
        "L1 200 GB/s",
        "memory read 20.0 GB/s",
        "L9 1.00 GB/s",
    ]
    assert found[0][2] > found[4][2] > found[5][2] > found[1][2]


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        (10.0, [(0.1, 5.0), (5.0, 100.0)]),  # up to its ridge, faintly beyond
        (0.4, [(2.5, 100.0)]),  # its ridge lies outside
        (1e4, [(0.1, 0.1)]),  # above everything that is shown
    ],
)
def test_a_slanted_roof_ends_at_its_ridge(
    value: float, ends: list[tuple[float, float]]
) -> None:
    ax = axes()
    roof_lines.draw_bandwidth(ax, Line("L2", value), peak=50.0)
    drawn = [tuple(float(x) for x in line.get_xdata()) for line in ax.lines]
    expected = [pair for pair in ends if pair[0] < pair[1]]
    assert len(drawn) == len(expected)
    for pair, wanted in zip(drawn, expected, strict=True):
        assert pair == pytest.approx(wanted)


def test_the_flat_roof_is_faint_where_another_is_lower() -> None:
    ax = axes()
    roof_lines.draw_peak(ax, 50.0, 5.0)
    before, after = ax.lines
    assert before.get_alpha() < 1
    assert after.get_alpha() in (None, 1)
    assert list(after.get_xdata()) == [5.0, 100.0]


def test_the_processor_s_own_peak_is_a_thin_line_in_a_band() -> None:
    ax = axes()
    roof_lines.draw_peak(ax, 50.0, 5.0)
    roof_lines.draw_own_peak(ax, Line("", 50.0, own_low=60.0, own_high=135.0), 5.0)
    *_, flat, thin = ax.lines
    assert list(thin.get_ydata()) == pytest.approx([90.0, 90.0])
    assert thin.get_linewidth() < flat.get_linewidth()
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (min(heights), max(heights)) == (60.0, 135.0)


def test_only_call_costs_below_the_peak_are_roofs() -> None:
    ax = axes()
    sides = pd.DataFrame(
        {"implementation": "loop", "overhead_flop_per_s": [20.0, 50.0, 0.0, float("nan")]}
    )
    roof_lines.draw_overheads(ax, sides, 50.0, known().marks)
    assert len(ax.lines) == 1
    assert list(ax.lines[0].get_ydata()) == [20.0, 20.0]
