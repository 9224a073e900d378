"""The folders of the hosts of a run over several."""

from pathlib import Path

import pytest

from profiler_suite.store import hosts
from profiler_suite.store.names import HOSTS, RUN


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("node-1.cluster", "node-1.cluster"),
        ("10.0.0.3:8786", "10.0.0.3-8786"),
        ("a b/c\\d", "a-b-c-d"),
        ("../../etc", "etc"),
        ("..", "host"),
        ("", "host"),
        ("übung", "bung"),
    ],
)
def test_any_name_of_a_host_makes_one_folder_below_the_run(host: str, name: str) -> None:
    assert hosts.host_folder(Path("run"), host) == Path("run", HOSTS, name)


def test_only_folders_that_hold_a_run_are_hosts_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    for name in ("b", "a", "empty"):
        (tmp_path / HOSTS / name).mkdir(parents=True)
    for name in ("b", "a"):
        (tmp_path / HOSTS / name / RUN).write_text("{}")
    (tmp_path / HOSTS / "file").write_text("")
    assert [path.name for path in hosts.host_folders(tmp_path)] == ["a", "b"]


def test_a_run_of_one_series_and_a_missing_one_have_no_hosts(tmp_path: Path) -> None:
    assert hosts.host_folders(tmp_path) == []
    assert hosts.host_folders(tmp_path / "missing") == []
