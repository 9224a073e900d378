"""A sweep on a fleet: what does not go with it, and its progress."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping import fleet
from profiler_suite.errors import UsageError
from tests.cli.requests import request


@pytest.mark.parametrize(
    ("options", "named"),
    [({"shard": (1, 2)}, "--shard"), ({"only_flagged": True}, "--only-flagged")],
)
def test_what_does_not_go_with_a_scheduler_is_named(
    tmp_path: Path, options: dict[str, Any], named: str
) -> None:
    progress = ProgressLine(io.StringIO(), quiet=True)
    asked = request(scheduler="tcp://a:1", **options)
    with pytest.raises(UsageError, match=f"{named} cannot be combined with --scheduler"):
        fleet.sweep_on_fleet(asked, [], (), tmp_path, progress)
    assert list(tmp_path.iterdir()) == []


def shown(*, hosts: tuple[str, ...], refusals: tuple[str, ...] = (), done: int = 0) -> str:
    stream = io.StringIO()
    campaign: Any = SimpleNamespace(points=8, points_measured=0)
    tell = fleet._telling(campaign, ProgressLine(stream, quiet=False))
    campaign.points_measured = done
    driver: Any = SimpleNamespace(hosts=hosts, refusals=refusals)
    tell(driver)
    return stream.getvalue()


def test_while_no_worker_is_there_it_says_why() -> None:
    assert shown(hosts=()) == "waiting for a worker\n"
    assert shown(hosts=(), refusals=("old", "too old")) == "waiting for a worker (too old)\n"


def test_points_and_hosts_are_shown() -> None:
    text = shown(hosts=("a", "b"), done=2)
    assert "2/8 points done" in text
    assert "on a, b" in text
    assert "0/8 points done" in shown(hosts=("a",))
