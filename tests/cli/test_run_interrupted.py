"""Ctrl-C at any point of `run` leaves a page of what there is, and begins nothing more."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from profiler_suite.analysis.program import ranking
from profiler_suite.cli.program_explaining import ProgramExplaining
from profiler_suite.cli.run import run_command
from profiler_suite.measure.program import watching
from profiler_suite.measure.program.watching import ProgramRun
from profiler_suite.report import program_folder
from profiler_suite.report.terminal import program as terminal
from tests.analysis.program.fake_program import run_of, stack

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")


def then(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, and Ctrl-C at its end."""

    def called(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        os.kill(os.getpid(), signal.SIGINT)
        return result

    return called


class Phases:
    """Every phase of a command, faked or real; which of them were begun."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        (folder / "main.py").write_text("for i in range(9):\n    i * i\n")
        seen = stack(f"<module> ({folder / 'main.py'}:2)", count=80)
        self.run = msgspec.structs.replace(run_of(seen), python="3.11")
        self.begun: list[str] = []
        self._patch = patch
        self.begin("watch", watching, "watch_program", self.watched)
        self.begin("closely", watching, "watch_closely", lambda run, _: run)
        self.begin("rank", ranking, "rank", ranking.rank)
        self.begin("tell", terminal, "screen", terminal.screen)
        self.begin("explain", ProgramExplaining, "explain", lambda *_: None)
        self.begin("try", ProgramExplaining, "try_rewrites", lambda *_: None)
        self.begin("write", program_folder, "write", program_folder.write)

    def watched(self, *_: object) -> ProgramRun:
        return self.run

    def begin(self, phase: str, owner: Any, name: str, function: Callable[..., Any]) -> None:
        def called(*arguments: Any) -> Any:
            self.begun.append(phase)
            return function(*arguments)

        self._patch.setattr(owner, name, called)

    def interrupt(self, owner: Any, name: str) -> None:
        self._patch.setattr(owner, name, then(getattr(owner, name)))

    def command(self, *options: str) -> Result:
        return CliRunner().invoke(run_command, ["--out", "seen", *options, "main.py"])


@pytest.fixture
def phases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phases:
    monkeypatch.chdir(tmp_path)
    return Phases(tmp_path, monkeypatch)


ALL = ["watch", "closely", "rank", "tell", "explain", "try", "write"]


def test_nothing_stops_a_command_that_nobody_interrupts(phases: Phases) -> None:
    done = phases.command("--try")
    assert done.exit_code == 0, done.output
    assert phases.begun == ALL


@pytest.mark.parametrize(
    ("owner", "name", "left_out"),
    [
        (watching, "watch_program", {"closely", "explain", "try"}),
        (watching, "watch_closely", {"explain", "try"}),
        (ranking, "rank", {"explain", "try"}),
        (terminal, "screen", {"explain", "try"}),
        (ProgramExplaining, "explain", {"try"}),
        (ProgramExplaining, "try_rewrites", set()),
        (program_folder, "write", set()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_ctrl_c_in_each_phase_leaves_a_page_of_what_there_is(
    phases: Phases, owner: Any, name: str, left_out: set[str]
) -> None:
    phases.interrupt(owner, name)
    before = signal.getsignal(signal.SIGINT)
    done = phases.command("--try")
    assert done.exit_code == 0, done.output
    assert phases.begun == [each for each in ALL if each not in left_out]
    assert (Path("seen") / program_folder.PAGE).is_file()
    assert f"page: seen{os.sep}{program_folder.PAGE}" in done.output
    assert "interrupted" in done.output or not left_out
    assert signal.getsignal(signal.SIGINT) == before


def test_a_program_that_was_interrupted_is_not_run_again(phases: Phases) -> None:
    end = msgspec.structs.replace(phases.run.end, interrupted=True)
    phases.run = msgspec.structs.replace(phases.run, end=end)
    done = phases.command()
    assert phases.begun == ["watch", "rank", "tell", "write"]
    assert "--limit SECONDS ends a program" in " ".join(done.output.split())


def test_a_program_that_was_limited_is_explained_although_it_did_not_end_by_itself(
    phases: Phases,
) -> None:
    end = msgspec.structs.replace(phases.run.end, limited=True, exit_code=-2, wall_s=9.0)
    phases.run = msgspec.structs.replace(phases.run, end=end)
    done = phases.command("--limit", "9")
    assert done.exit_code == 0
    assert phases.begun == ["watch", "rank", "tell", "explain", "write"]
    assert "then ended by --limit" in done.output


ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """import sys, time
import numpy as np


def summed(a):
    total = 0.0
    for each in a:
        total += 2.0 * each
    return total


print("ready", file=sys.stderr, flush=True)
if sys.argv[1:]:
    time.sleep(5)
print(summed(np.ones(100_000)))
"""


@pytest.mark.long
@pytest.mark.parametrize(
    "when",
    [
        "ready",
        "Look first at",
        "to sample it closely",
        "to explain",
        "left at most",
        "running the program unchanged",
        "",
    ],
)
def test_ctrl_c_in_a_real_run_leaves_its_page_and_no_traceback_of_ours(
    tmp_path: Path, when: str
) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    words = ["run", "--try", "--top", "1", "--budget", "90", "--out", "seen", "main.py"]
    words += ["slowly"] if when == "ready" else []
    said, pressed = "", not when
    with subprocess.Popen(
        [sys.executable, "-m", "profiler_suite", *words],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        start_new_session=True,  # without a terminal, which would hand Ctrl-C on by itself
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if not pressed and when in line:
                pressed = True
                process.send_signal(signal.SIGINT)
    assert pressed, said
    assert (tmp_path / "seen" / program_folder.PAGE).is_file(), said
    assert said.splitlines()[-1].startswith("page: ")
    in_the_program = when == "ready"
    assert process.returncode == (-signal.SIGINT if in_the_program else 0), said
    assert said.count("Traceback") == in_the_program
    assert "profiler_suite/" not in said
