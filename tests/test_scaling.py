"""Crossovers and speed-up on curves whose crossing is known."""

import pandas as pd
import pytest

from profiler_suite.analysis import scaling
from profiler_suite.model import Experiment

EXPERIMENT = Experiment(
    name="sizes", question="?", axis="height", problems=(), implementations=()
)


def row(**fields: object) -> dict[str, object]:
    base: dict[str, object] = {
        "experiment": "sizes",
        "status": "ok",
        "replica": 0,
        "threads": 1,
        "dtype": "float64",
        "layout": "C",
        "problem": "p",
        "flop": 1.0,
    }
    return base | fields


def curves(spread: float = 0.05) -> pd.DataFrame:
    """Family 'a' takes 1 ms everywhere, 'b' takes size²/1024 ms: they cross at size 32."""
    rows = []
    for size in (8, 16, 64, 128):
        for family, time_s in (("a", 1e-3), ("b", 1e-3 * size**2 / 1024)):
            rows.append(
                row(
                    family=family,
                    implementation=family,
                    height=size,
                    time_s=time_s,
                    low_s=time_s * (1 - spread),
                    high_s=time_s * (1 + spread),
                )
            )
    return pd.DataFrame(rows)


def test_two_power_laws_cross_where_they_should() -> None:
    found = scaling.crossovers(curves(), [EXPERIMENT])
    assert len(found) == 1
    crossing = found.iloc[0]
    assert crossing["at"] == pytest.approx(32)
    assert (crossing["faster_before"], crossing["faster_after"]) == ("b", "a")
    assert crossing["low"] == pytest.approx(32 * (0.95 / 1.05) ** 0.5)
    assert crossing["high"] == pytest.approx(32 * (1.05 / 0.95) ** 0.5)


def test_curves_that_do_not_cross_have_no_crossover() -> None:
    table = curves()
    assert scaling.crossovers(table[table["height"] <= 16], [EXPERIMENT]).empty


def test_speed_up_is_over_one_thread_of_the_same_point() -> None:
    rows = [
        row(implementation="dot", threads=n, time_s=t, low_s=0.9 * t, high_s=1.1 * t)
        for n, t in ((1, 1e-3), (2, 0.6e-3))
    ]
    found = scaling.thread_scaling(pd.DataFrame(rows))
    two = found[found["threads"] == 2].iloc[0]
    assert two["speedup"] == pytest.approx(1 / 0.6)
    assert two["efficiency"] == pytest.approx(0.5 / 0.6)
    assert two["low"] == pytest.approx(0.9 / 0.66)


def test_extrapolation_to_no_work_finds_the_intercept_of_a_line() -> None:
    rows = [
        row(
            experiment="depth",
            implementation="loop",
            calls=100.0,
            flop=float(flop),
            time_s=2e-3 + 1e-9 * flop,
        )
        for flop in (1e3, 1e4, 1e5, 1e6)
    ]
    table = pd.DataFrame(rows)
    found = scaling.zero_work(table).iloc[0]
    assert found["overhead_s"] == pytest.approx(2e-3)
    assert found["flop_per_s"] == pytest.approx(1e9)
    shares = scaling.with_extrapolation(table)["overhead_extrapolated"]
    assert shares.iloc[-1] == pytest.approx(2 / 3)


def test_problems_with_different_calls_are_not_one_series() -> None:
    rows = [
        row(implementation="loop", calls=float(n), flop=float(n), time_s=1e-6 * n)
        for n in (1, 2, 3)
    ]
    assert scaling.zero_work(pd.DataFrame(rows)).empty
