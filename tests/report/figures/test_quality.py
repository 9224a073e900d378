"""Whether the numbers can be trusted, in figures."""

import pandas as pd

from profiler_suite.report.figures import quality
from tests.report.figures.experiments import failed
from tests.report.known import known


def pairs(**columns: object) -> pd.DataFrame:
    given = {
        "experiment": "e",
        "implementation": "loop",
        "ratio": [1.01, 0.98],
        "low": [0.99, 0.97],
        "high": [1.03, 0.99],
    }
    return pd.DataFrame(given | columns)


def test_the_title_says_how_far_the_same_code_differs() -> None:
    found = quality.same_code(pairs(), known().marks)
    assert found is not None
    assert "differs by at most 2.0 %; 1 of 2 intervals excludes no difference" in found.title
    one = quality.same_code(pairs().head(1), known().marks)
    assert one is not None
    assert "0 of 1 interval exclude no difference" in one.title
    assert quality.same_code(pairs().head(0), known().marks) is None


def test_visits_without_a_canary_are_left_out() -> None:
    visits = pd.DataFrame(
        {
            "at_s": [1.0, 2.0, 3.0],
            "canary": [1.0, float("inf"), float("nan")],
            "undisturbed": [True, False, False],
        }
    )
    found = quality.canary_over_time(visits, 0.5)
    assert found is not None
    assert found.title == "50 % of the visits found the machine at its best"
    assert quality.canary_over_time(visits.tail(2), 0.0) is None


def test_the_spread_counts_the_points_within_the_limit_of_the_mode() -> None:
    points = known().points
    points = points[points["status"].eq("ok")].head(4)
    narrow = points.assign(low_s=0.999 * points["time_s"], high_s=1.001 * points["time_s"])
    found = quality.spread_over_time(narrow, known().marks, "quick")
    assert found is not None
    assert "100 % of the points within" in found.title
    assert quality.spread_over_time(failed(), known().marks, "quick") is None
