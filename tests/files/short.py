"""The command line with a schedule of a second: for tests of what happens, not of times."""

import os

import msgspec

from profiler_suite.cli import main
from profiler_suite.measure.planning import schedule

# Rounds go on for three times as long.
_SPAN_S = float(os.environ.get("PROFILER_SUITE_TEST_SPAN_S", "0.3"))
schedule.QUICK = msgspec.structs.replace(
    schedule.QUICK,
    span_s=_SPAN_S,
    budget_s=max(1.0, 3 * _SPAN_S),
    budget_per_point_s=0.0,
    half_width=1e-6,  # all of the budget is used
    line_profile_s=0.02,
    replay_s=0.01,
    sample_s=0.01,
    visit_timeout_s=5.0,
)

if __name__ == "__main__":
    if os.environ.get("PROFILER_SUITE_TEST_WITNESS"):
        from tests.torture import witnessed_sweep

        witnessed_sweep()
    main()
