"""Two check-outs, and nothing of the user's repository is changed for them."""

import os
import subprocess
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.race.checkouts import check_out, share


def git(where: Path, *words: str) -> str:
    environment = os.environ | {
        f"GIT_{who}_{what}": f"{who}@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", "-C", str(where), *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "pkg").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "pkg" / "core.py").write_text("VERSION = 1\n")
    (root / "gone.py").write_text("")
    (root / ".gitignore").write_text("ignored.py\n")
    (root / ".gitattributes").write_text("pkg export-ignore\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    (root / "pkg" / "core.py").write_text("VERSION = 2\n")
    (root / "new.py").write_text("")
    (root / "ignored.py").write_text("")
    (root / "gone.py").unlink()
    return root


def state(root: Path) -> tuple[str, set[str], bytes, str]:
    files = {str(p.relative_to(root)) for p in root.rglob("*")}
    return (
        git(root, "status", "--porcelain"),
        files,
        (root / ".git" / "index").read_bytes(),
        git(root, "stash", "list"),
    )


def test_base_and_work_tree_lie_side_by_side_and_the_tree_is_as_it_was(
    repository: Path, tmp_path: Path
) -> None:
    git(repository, "status")  # refreshes the index, as anybody's git does
    before = state(repository)
    found = check_out(repository / "pkg", "main", tmp_path / "out")
    assert state(repository) == before
    base, work = Path(found.base.folder), Path(found.work.folder)
    assert (base / "pkg" / "core.py").read_text() == "VERSION = 1\n"
    assert (work / "pkg" / "core.py").read_text() == "VERSION = 2\n"
    assert (base / "gone.py").exists()
    assert not (work / "gone.py").exists()
    assert (work / "new.py").exists()
    assert not (work / "ignored.py").exists()
    assert found.base.name == f"main ({found.head[:12]})"
    assert found.head_time_s > 1e9


def test_what_makes_arguments_is_taken_from_the_work_tree(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "made").mkdir()
    (repository / "made" / "setup.py").write_text("new")
    found = check_out(repository, "main", tmp_path / "out")
    share(found, ["made", "new.py"])
    assert (Path(found.base.folder) / "made" / "setup.py").read_text() == "new"
    assert (Path(found.base.folder) / "new.py").exists()
    with pytest.raises(UsageError, match="there is no 'nothing'"):
        share(found, ["nothing"])
    with pytest.raises(UsageError, match="does not lie in the repository"):
        share(found, ["../../repository"])


def test_a_revision_that_is_not_there_is_one_sentence(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no revision 'nowhere'"):
        check_out(repository, "nowhere", tmp_path / "out")


def test_a_folder_without_a_repository_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="git rev-parse"):
        check_out(tmp_path, "main", tmp_path / "out")
