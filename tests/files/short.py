"""The command line with a schedule of a second: for tests of what happens, not of times."""

import os

import msgspec

from profiler_suite.cli import main
from profiler_suite.measure.planning import schedule

schedule.QUICK = msgspec.structs.replace(
    schedule.QUICK,
    span_s=0.3,
    budget_s=1.0,
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
