"""`race --base` as a CI job meets it: a repository, its exit code, its files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiler_suite import cli
from profiler_suite.cli import guard as command
from profiler_suite.cli.guard import GuardCourse, _check_apart, _in_repository
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.errors import UsageError
from profiler_suite.measure.explain.records import ExplainEffort, LoadReply
from profiler_suite.measure.race.lockstep import (
    GuardedFunction,
    Revision,
    RevisionPair,
    RevisionRace,
)
from profiler_suite.measure.race.templates import Templates
from tests.analysis.race.test_guard import outcome, report
from tests.made_race import LARGE, SMALL, process, refused, result

CORE = """
import numpy as np

def smooth(x):
    return np.convolve(x, np.ones(5), "same")

def summed(x):
    total = 0.0
    for value in x:
        total += value
    return total

def arguments():
    return (np.random.default_rng(0).random(2000),)
"""
FUNCTIONS = """
[[function]]
target = "kernels.core:smooth"
setup = "kernels.core:arguments"

[[function]]
target = "kernels.core:summed"
setup = "made.py:arguments"
"""
MADE = "import numpy as np\n\ndef arguments():\n    return (np.ones(2000),)\n"
TEST = """
import numpy as np
import pytest
from kernels.core import smooth

@pytest.fixture
def x():
    return np.ones(5000)

@pytest.mark.race
def test_smooth(x):
    smooth(x)
"""


@pytest.mark.parametrize(
    ("found", "strict", "code"),
    [
        (report(outcome(result(1.0))), False, 0),
        (report(outcome(result(0.5))), False, 0),
        (report(outcome(result(2.0))), False, 1),
        (report(outcome(refused())), False, 3),
        (report(outcome(refused()), any_answer=True), False, 0),
        (report(outcome(None, reason="new")), True, 0),
        (report(outcome(None, broken=True)), False, 3),
    ],
)
def test_the_exit_code_is_the_verdict(found: object, strict: bool, code: int) -> None:
    assert command.exit_code(found, strict=strict) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "main", "a.py:f", "b.py:f"], "leave out targets"),
        (["--base", "main", "--setup", "x"], "leave out targets"),
        (["--base", "main", "--tests", "t", "--functions", "f.toml"], "cannot be combined"),
        (["a.py:f", "b.py:f", "--tests", "t"], "belong to --base REV"),
        (["--base", "main", "--write", "yaml=x"], "no format and file"),
        (["--base", "main", "--write", "json"], "no format and file"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["race", *arguments]) == 2
    assert said in " ".join(capfd.readouterr().err.split())


def race_of(target: str = "kernels.core:smooth") -> RevisionRace:
    return RevisionRace(
        sides=(Revision(name="main", folder="/base"), Revision(name="work", folder="/work")),
        function=GuardedFunction(name="smooth", target=target),
        effort=ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0),
        timeout_s=10.0,
    )


def test_one_file_on_both_sides_is_refused() -> None:
    same = LoadReply(file="/usr/lib/numpy/core.py")
    with pytest.raises(UsageError, match=r"comes from \S+ on both sides"):
        _check_apart((same, same), race_of())
    _check_apart((LoadReply(file="/base/a.py"), LoadReply(file="/work/a.py")), race_of())
    _check_apart((LoadReply(), LoadReply()), race_of())


def test_files_are_named_as_in_the_repository(tmp_path: Path) -> None:
    work = Revision(name="work", folder=str(tmp_path))
    inside = str(tmp_path.resolve() / "pkg" / "core.py")
    assert _in_repository(LoadReply(file=inside), work) == "pkg/core.py"
    assert _in_repository(LoadReply(file="/elsewhere/core.py"), work) == ""
    assert _in_repository(None, work) == ""


def test_every_size_is_raced_and_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    import random

    rng = random.Random(0)
    loaded = (
        LoadReply(file="/base/a.py", sizes=(SMALL, LARGE)),
        LoadReply(file="/work/a.py", line=7, sizes=(SMALL, LARGE)),
    )

    def fake(race: RevisionRace, size: int, number: int, start: object) -> RevisionPair:
        return RevisionPair(found=process(rng, (1.0, 2.0)[size]), loaded=loaded)

    monkeypatch.setattr(command, "race_revisions", fake)
    progress = ProgressLine(sys.stderr, quiet=True)
    course = GuardCourse(race_of(), None, progress, "1 of 1", Templates())
    small, large = course.outcomes()
    assert (small.name, small.slower) == ("smooth [100]", False)
    assert (large.name, large.slower) == ("smooth [10,000]", True)
    assert (large.file, large.line) == ("a.py", 7) or large.file == ""
    assert course.own_baselines_s


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two functions and a marked test, committed once."""
    root = tmp_path / "repository"
    (root / "src" / "kernels").mkdir(parents=True)
    (root / "src" / "kernels" / "__init__.py").write_text("")
    (root / "src" / "kernels" / "core.py").write_text(CORE)
    (root / "race.toml").write_text(FUNCTIONS)
    (root / "test_kernels.py").write_text(TEST)
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "first"],
    ):
        subprocess.run(["git", "-C", str(root), *words], check=True)
    (root / "made.py").write_text(MADE)  # not known to the base: both take it
    monkeypatch.chdir(root)
    return root


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    package = str(Path(cli.__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "race", "--base", "main", "-q", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": package},
    )


@pytest.mark.slow
@pytest.mark.measures
def test_a_slower_function_is_named_with_its_line_and_the_tree_stays_as_it_is(
    repository: Path, tmp_path: Path
) -> None:
    core = repository / "src" / "kernels" / "core.py"
    core.write_text(CORE.replace("total += value\n", "total += value + 0 * value * value\n"))
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True).stdout
    summary = tmp_path / "summary.md"
    done = run("--json", "--annotations", "--write", f"markdown={summary}")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["slower"] == ["kernels.core:summed"]
    assert found["differing"] == []
    assert "::error file=src/kernels/core.py,line=7," in done.stderr
    assert "kernels.core:summed" in summary.read_text()
    assert (
        status == subprocess.run(["git", "status", "--porcelain"], capture_output=True).stdout
    )
    assert not list(repository.rglob("__pycache__"))


@pytest.mark.long
@pytest.mark.measures
def test_another_answer_is_refused_and_a_mistyped_function_is_no_success(
    repository: Path,
) -> None:
    core = repository / "src" / "kernels" / "core.py"
    core.write_text(CORE.replace("np.ones(5)", "np.ones(3)"))
    functions = repository / "race.toml"
    functions.write_text(FUNCTIONS.replace("core:summed", "core:sumed"))
    done = run("--json")
    assert done.returncode == 3, done.stderr
    found = json.loads(done.stdout)
    assert found["differing"] == ["kernels.core:smooth", "kernels.core:sumed"]


@pytest.mark.long
@pytest.mark.measures
def test_marked_tests_are_raced_with_their_fixtures(repository: Path) -> None:
    core = repository / "src" / "kernels" / "core.py"
    core.write_text(CORE.replace("np.ones(5)", "np.ones(500)"))
    # The package is found as a project's own pytest finds it.
    (repository / "conftest.py").write_text(
        "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent / 'src'))\n"
    )
    done = run("--json", "--tests", ".")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["slower"] == ["test_kernels.py::test_smooth"]
