"""Whether the files of a report could be written is asked before anything is done."""

from pathlib import Path

import pytest

from profiler_suite.errors import RunFolderError
from profiler_suite.report import outputs
from profiler_suite.store import HOSTS, read_provenance
from tests.fake_folder import write_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", rounds=1)


def check(run: Path, out: Path, *, force: bool = False) -> None:
    outputs.check_outputs({out: read_provenance(run)}, force=force)


def test_a_new_or_empty_folder_takes_a_report(run: Path, tmp_path: Path) -> None:
    check(run, tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check(run, tmp_path / "empty")
    check(run, run)


@pytest.mark.parametrize("name", [outputs.PAGE, outputs.POINTS, outputs.SUMMARY])
def test_a_file_that_we_did_not_write_is_replaced_by_force_only(
    run: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("my own notes")
    with pytest.raises(RunFolderError, match=name):
        check(run, tmp_path)
    check(run, tmp_path, force=True)


def test_a_figure_of_a_person_s_own_is_not_replaced_either(run: Path, tmp_path: Path) -> None:
    figures = tmp_path / outputs.FIGURES
    figures.mkdir()
    (figures / "my_own.png").write_bytes(b"mine")
    check(run, tmp_path)
    (figures / "canary.svg").write_text("mine")
    with pytest.raises(RunFolderError, match=r"canary\.svg"):
        check(run, tmp_path)


def test_a_file_in_the_place_of_a_folder_is_named(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="file"):
        check(run, tmp_path / "file")
    (tmp_path / outputs.FIGURES).write_text("")
    with pytest.raises(RunFolderError, match=outputs.FIGURES):
        check(run, tmp_path)


def test_the_table_of_hosts_is_asked_for_with_several_hosts_only(
    run: Path, tmp_path: Path
) -> None:
    (tmp_path / outputs.HOSTS).write_text("mine")
    check(run, tmp_path)
    places = dict.fromkeys((tmp_path, tmp_path / "other"), read_provenance(run))
    with pytest.raises(RunFolderError, match=outputs.HOSTS):
        outputs.check_outputs(places)


def test_the_reports_of_hosts_go_below_that_of_the_run(run: Path, tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_run(run / HOSTS / name, rounds=1)
    places = outputs.places_of(run, tmp_path / "out")
    assert list(places) == [tmp_path / "out", *(tmp_path / "out" / HOSTS / n for n in "ab")]
