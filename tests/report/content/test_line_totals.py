"""Totals of a function side by side."""

import pandas as pd
import pytest

from profiler_suite.report.content.line_totals import by_cost, totals


def lines(**columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file": "a.py",
            "function": "f",
            "raw_s": [2e-3, 1e-3],
            "time_s": [1e-3, 1e-3],
            "plain_s": 2e-3,
            "function_s": 2e-3,
            "profiled_s": 2e-3,
            "method": "sampled",
        }
        | columns
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "raw 3.00 ms, corrected 2.00 ms, run plainly 2.00 ms (+0.0 %)"),
        (
            {"time_s": [1.1e-3, 1.1e-3]},
            "raw 3.00 ms, corrected 2.20 ms, run plainly 2.00 ms (+10.0 %)",
        ),
        (
            {"time_s": [1e-3, 0.9996e-3]},
            "raw 3.00 ms, corrected 2.00 ms, run plainly 2.00 ms (+0.0 %)",
        ),
        ({"method": ""}, "raw 3.00 ms, run plainly 2.00 ms"),
        ({"method": "", "plain_s": 0.0, "function_s": 0.0}, "raw 3.00 ms"),
        ({"plain_s": 0.0, "function_s": 0.0}, "raw 3.00 ms, corrected 2.00 ms"),
        (
            {"plain_s": 3e-3, "profiled_s": 3e-3},
            "raw 3.00 ms, corrected 2.00 ms, run plainly 2.00 ms (+0.0 %), "
            "3.00 ms in the runs that timed its lines, which are shown as shares of 2.00 ms",
        ),
        (
            {"method": "", "profiled_s": 6e-3},
            "raw 3.00 ms, run plainly 2.00 ms, line_profiler made it take 3.00× as long",
        ),
    ],
)
def test_the_totals_say_what_is_known(columns: dict[str, object], said: str) -> None:
    assert totals(lines(**columns)) == said


def test_the_costliest_function_comes_first_also_of_one_name_in_two_files() -> None:
    table = pd.concat(
        [
            lines(),
            lines(file="b.py", time_s=[9e-3, 1e-3]),
            lines(function="g", time_s=[4e-3, 0.0]),
        ]
    )
    assert [key for key, _ in by_cost(table)] == [("b.py", "f"), ("a.py", "g"), ("a.py", "f")]
