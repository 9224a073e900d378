"""Crossovers on curves whose crossing is known."""

import pandas as pd
import pytest

from profiler_suite.analysis.run import crossovers
from profiler_suite.model.experiment import Experiment, Problem
from tests.fake_rows import point_row as row

PROBLEM = Problem(workload="w", dims={"height": 1, "filters": 1}, dtype="float64")
EXPERIMENT = Experiment(
    name="sizes", question="?", axis="height", problems=(PROBLEM,), implementations=()
)


def curves(spread: float = 0.05, a: str = "a", b: str = "b", **fields: object) -> pd.DataFrame:
    """Family `a` takes 1 ms everywhere, `b` takes size²/1024 ms: they cross at size 32."""
    rows = []
    for size in (8, 16, 64, 128):
        for family, time_s in ((a, 1e-3), (b, 1e-3 * size**2 / 1024)):
            rows.append(
                row(
                    family=family,
                    implementation=family,
                    height=size,
                    time_s=time_s,
                    low_s=time_s * (1 - spread),
                    high_s=time_s * (1 + spread),
                    **fields,
                )
            )
    return pd.DataFrame(rows)


def test_two_power_laws_cross_where_they_should() -> None:
    found = crossovers.crossovers(curves(), [EXPERIMENT])
    assert len(found) == 1
    crossing = found.iloc[0]
    assert crossing["at"] == pytest.approx(32)
    assert (crossing["faster_before"], crossing["faster_after"]) == ("b", "a")
    assert crossing["low"] == pytest.approx(32 * (0.95 / 1.05) ** 0.5)
    assert crossing["high"] == pytest.approx(32 * (1.05 / 0.95) ** 0.5)


def test_curves_that_do_not_cross_have_no_crossover() -> None:
    table = curves()
    assert crossovers.crossovers(table[table["height"] <= 16], [EXPERIMENT]).empty


def test_what_else_varies_is_kept_apart_and_named() -> None:
    table = pd.concat([curves(filters=1), curves(filters=8)], ignore_index=True)
    table.loc[table["filters"].eq(8), ["time_s", "low_s", "high_s"]] *= 100
    found = crossovers.crossovers(table, [EXPERIMENT])
    assert found["setting"].tolist() == ["filters 1", "filters 8"]
    assert found["at"].tolist() == pytest.approx([32, 32])
    assert found["text"].iloc[1].endswith(", filters 8")


def test_the_crossings_people_look_for_stand_first() -> None:
    table = pd.concat(
        [curves(b="loop", a="vectorized"), curves(b="library", a="fft")], ignore_index=True
    )
    found = crossovers.crossovers(table, [EXPERIMENT])
    assert found["text"].iloc[0].startswith("vectorized overtakes loop at input size 32 (")


def test_attempts_that_never_cross_are_said_to() -> None:
    table = curves(b="vectorized", a="loop")
    small = table[table["height"] <= 16]
    (said,) = crossovers.unbroken(small, [EXPERIMENT])["text"]
    assert said == "vectorized is faster than loop at every input size"
    assert crossovers.unbroken(table, [EXPERIMENT]).empty


def test_attempts_within_noise_of_each_other_are_not_said_to_be_ahead() -> None:
    table = curves(b="vectorized", a="loop", spread=0.9)
    assert crossovers.unbroken(table[table["height"] <= 16], [EXPERIMENT]).empty


def test_counts_cross_between_whole_numbers() -> None:
    (said,) = crossovers.crossovers(curves(spread=0.001), [EXPERIMENT])["text"]
    assert said == "a overtakes b at input size 32 (31 to 33)"
    near = curves(spread=0.001)
    near["height"] = near["height"] // 8  # 1, 2, 8, 16: they cross at 4
    near.loc[near["family"] == "b", ["time_s", "low_s", "high_s"]] *= 0.9
    (said,) = crossovers.crossovers(near, [EXPERIMENT])["text"]
    assert said == "a overtakes b between input size 4 and 5"
    near["height"] = near["height"] + 0.5
    (said,) = crossovers.crossovers(near, [EXPERIMENT])["text"]
    assert "at input size 4." in said
