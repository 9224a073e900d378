"""A run folder on disk holds the files that are named, and no others."""

from pathlib import Path

from profiler_suite.store.names import HOLDER, RECORDS, RUN
from tests.fake_folder import write_run


def test_a_run_that_was_let_go_of_is_its_rows_and_its_provenance(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", rounds=1)
    assert {path.name for path in folder.iterdir()} == {RECORDS, RUN}


def test_the_note_of_the_holder_is_hidden_and_the_results_are_not() -> None:
    assert HOLDER.startswith(".")
    assert not RECORDS.startswith(".")
    assert not RUN.startswith(".")
