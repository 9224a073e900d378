"""The exit code of a sweep."""

import dataclasses

import pytest

from profiler_suite.cli.sweeping.reporting import exit_code
from tests.fake_run import make_run

RUN = make_run()
FINE = dataclasses.replace(RUN, points=RUN.points.head(3).assign(status="ok", flags=""))


@pytest.mark.parametrize(
    ("status", "flags", "strict", "code"),
    [
        ("ok", "", True, 0),
        ("ok", "contended", False, 0),
        ("ok", "contended", True, 4),
        ("skipped", "", True, 0),
        ("wrong", "", False, 3),
        ("failed", "contended", True, 3),
        ("crashed", "", False, 3),
        ("timeout", "", False, 3),
    ],
)
def test_failed_points_count_before_flags_and_flags_only_when_strict(
    status: str, flags: str, strict: bool, code: int
) -> None:
    points = FINE.points.assign(status=["ok", "ok", status], flags=["", "", flags])
    assert exit_code(dataclasses.replace(FINE, points=points), strict) == code


def test_a_host_s_failure_is_the_run_s() -> None:
    failed = dataclasses.replace(FINE, points=FINE.points.assign(status="failed"))
    assert exit_code(dataclasses.replace(FINE, hosts={"a": FINE, "b": failed}), False) == 3


def test_of_no_points_none_failed() -> None:
    assert exit_code(dataclasses.replace(FINE, points=FINE.points.head(0)), True) == 0
