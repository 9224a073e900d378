"""A control group with a quota, of both versions of the system; refused in one sentence."""

from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.intervene.quota import quota_group


def first_version(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "groups" / "cpu" / "mine").mkdir(parents=True)
    membership = tmp_path / "membership"
    membership.write_text("3:cpuset:/\n1:cpu:/mine\n0::/\n")
    return tmp_path / "groups", membership


def test_the_first_version_gets_period_and_quota(tmp_path: Path) -> None:
    groups, membership = first_version(tmp_path)
    with quota_group(0.5, groups, membership) as group:
        (made,) = (groups / "cpu" / "mine").iterdir()
        assert (made / "cpu.cfs_quota_us").read_text() == "50000"
        assert (made / "cpu.cfs_period_us").read_text() == "100000"
        group.add(4711)
        assert (made / "cgroup.procs").read_text() == "4711\n"


def test_the_second_version_gets_both_in_one_file(tmp_path: Path) -> None:
    groups = tmp_path / "groups"
    (groups / "mine").mkdir(parents=True)
    (groups / "cgroup.controllers").write_text("cpu memory")
    membership = tmp_path / "membership"
    membership.write_text("0::/mine\n")
    with quota_group(1.5, groups, membership):
        (made,) = (groups / "mine").iterdir()
        assert (made / "cpu.max").read_text() == "150000 100000"


def test_where_there_are_no_groups_that_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="no control group for processor time"),
        quota_group(0.5, tmp_path, tmp_path / "none"),
    ):
        pass


def test_where_none_may_be_made_the_rights_are_named(tmp_path: Path) -> None:
    groups, membership = first_version(tmp_path)
    (groups / "cpu" / "mine").rmdir()
    (groups / "cpu" / "mine").write_text("no folder")
    with (
        pytest.raises(UsageError, match="rights of an administrator"),
        quota_group(0.5, groups, membership),
    ):
        pass
