"""Speed-up and extrapolation on curves that are known."""

import pandas as pd
import pytest

from profiler_suite.analysis.run import scaling
from tests.fake_rows import point_row as row


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


def threaded(*cells: tuple[float, float]) -> pd.DataFrame:
    """A table of two threads over one: (FLOP, speed-up), each ± 10 %."""
    rows = []
    for flop, speed_up in cells:
        for threads, time_s in ((1, 1e-3), (2, 1e-3 / speed_up)):
            rows.append(
                row(
                    implementation="matmul",
                    threads=threads,
                    flop=flop,
                    problem=f"p{flop:g}",
                    time_s=time_s,
                    low_s=time_s * 0.95,
                    high_s=time_s * 1.05,
                )
            )
    return scaling.thread_scaling(pd.DataFrame(rows))


def test_two_threads_overtake_one_where_the_speed_up_passes_1() -> None:
    found = scaling.threads_pay(threaded((1e4, 0.5), (1e6, 2.0), (1e8, 1.9)))
    (crossing,) = found.to_dict("records")
    assert crossing["at_flop"] == pytest.approx(1e5)
    assert 1e4 < crossing["low_flop"] < 1e5 < crossing["high_flop"] < 1e6
    assert "2 threads overtake 1 at 100 kFLOP" in crossing["text"]
    assert "between p10000 and p1e+06" in crossing["text"]


def test_where_small_problems_are_equally_fast_the_interval_decides() -> None:
    found = scaling.threads_pay(threaded((1e4, 1.0), (1e6, 2.0)))
    (crossing,) = found.to_dict("records")
    assert crossing["low_flop"] == 1e4
    assert 1e4 < crossing["at_flop"] == crossing["high_flop"] < 1e6


def test_threads_that_always_or_never_pay_cross_nowhere() -> None:
    assert scaling.threads_pay(threaded((1e4, 1.5), (1e6, 1.9))).empty
    assert scaling.threads_pay(threaded((1e4, 1.0), (1e6, 1.0))).empty
    assert scaling.threads_pay(threaded((1e4, 1.5), (1e6, 0.9))).empty
