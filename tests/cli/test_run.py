"""`run`: the program's own output and exit code, our summary beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from profiler_suite.analysis.program.explained import ProgramAnswer
from profiler_suite.analysis.program.ranking import Ranking
from profiler_suite.cli.run import run_command
from profiler_suite.machine.kept import CACHE_VARIABLE
from profiler_suite.report import program_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are run as on POSIX")
ROOT = Path(__file__).resolve().parents[2]
FEW_SAMPLES = "only a few samples"
"""What a machine that is busy with others leaves of a second may be its imports alone."""


def run(*words: str, folder: Path, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "run", *words],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUNBUFFERED": ""},
    )


def test_output_and_exit_code_are_the_programs_and_the_summary_is_beside(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(
        "import sys\n\n\ndef work():\n    s = 0\n    for i in range(6_000_000):\n"
        "        s += i\n    return s\n\n\nprint(work(), input(), sys.argv[1:])\nsys.exit(5)\n"
    )
    done = run("--json", "out.json", "main.py", "--json", "-q", folder=tmp_path, text="hello\n")
    assert done.returncode == 5, done.stderr
    assert done.stdout == f"{sum(range(6_000_000))} hello ['--json', '-q']\n"
    assert "Look first at main.py:" in done.stderr
    assert "explain main.py:work --from 'main.py --json -q'" in " ".join(
        done.stderr.replace("\\\n", " ").split()
    )
    assert max(map(len, done.stderr.splitlines())) <= 80
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["functions"][0]["function"] == "work"
    assert found["end"]["exit_code"] == 5
    (folder,) = (tmp_path / "reports").iterdir()
    assert sorted(each.name for each in folder.iterdir()) == [
        "icicle.png",
        "program.json",
        "report.html",
    ]
    assert str(folder.relative_to(tmp_path) / "report.html") in done.stderr


def test_a_program_that_dies_of_a_signal_is_reported_and_so_do_we(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import os, time\ntime.sleep(0.3)\nos.kill(os.getpid(), 9)"
    )
    done = run("main.py", folder=tmp_path)
    assert done.returncode == -9
    assert "ended by signal 9" in done.stderr


def test_a_program_that_is_interrupted_has_a_page_of_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "print('ready', flush=True)\nwhile True:\n    sum(range(1000))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "profiler_suite", "run", "--out", "seen", "main.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in said
    assert "Look first at main.py:" in said or FEW_SAMPLES in said
    assert (tmp_path / "seen" / "report.html").is_file()


def test_a_program_that_never_ends_is_ended_and_reported(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "print('ready', flush=True)\nwhile True:\n    sum(range(1000))\n"
    )
    done = run("--limit", "1", "--top", "0", "--out", "seen", "main.py", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ready\n"
    assert "then ended by --limit" in done.stderr
    assert "Look first at main.py:" in done.stderr or FEW_SAMPLES in done.stderr
    assert (tmp_path / "seen" / "report.html").is_file()


@pytest.mark.slow
def test_how_long_it_took_the_last_time_is_told_before(tmp_path: Path) -> None:
    words = ("--top", "0", "-c", "import time; time.sleep(0.2)")
    assert "the last time" not in run(*words, folder=tmp_path).stderr
    assert "ms the last time" in run(*words, folder=tmp_path).stderr.splitlines()[0]
    assert "the last time" not in run(*words, "other", folder=tmp_path).stderr


def test_its_help_fits_a_terminal() -> None:
    shown = CliRunner().invoke(run_command, ["--help"]).output.splitlines()
    assert len(shown) <= 40
    assert max(map(len, shown)) <= 80


def test_what_follows_the_program_is_never_ours(tmp_path: Path) -> None:
    done = run("-q", "-c", "import sys; print(sys.argv)", "--help", "--", "-q", folder=tmp_path)
    assert done.stdout == "['-c', '--help', '--', '-q']\n"


@pytest.mark.parametrize("words", [[], ["-m"], ["--rate", "5", "x.py"], ["--jsn", "x", "y.py"]])
def test_mistakes_are_told_before_anything_runs(words: list[str]) -> None:
    done = CliRunner().invoke(run_command, words)
    assert done.exit_code != 0


@pytest.mark.slow
def test_a_run_goes_to_the_folder_that_was_asked_for_and_is_exported(tmp_path: Path) -> None:
    code = "import os; os.mkdir('x'); os.chdir('x'); sum(range(20_000_000))"
    for _ in range(2):
        done = run("-q", "--out", "seen", "-c", code, folder=tmp_path)
        assert (done.stdout, done.stderr) == ("", "page: seen/report.html\n")
        (tmp_path / "x").rmdir()
    for form in ("firefox", "speedscope"):
        made = subprocess.run(
            [sys.executable, "-m", "profiler_suite", "export", "seen", "--format", form],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert made.returncode == 0, made.stderr
        assert json.loads((tmp_path / made.stdout.strip()).read_text())


def test_a_file_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text('{"a": 1}')
    done = run("--json", "mine.json", "-c", "print(1)", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "--force" in done.stderr


PLACES = {
    "the ranking": "profiler_suite.analysis.program.ranking.rank",
    "its summary": "profiler_suite.report.terminal.program.screen",
    "what is explained": "profiler_suite.cli.program_explaining.ProgramExplaining.explain",
    "the numbers": "profiler_suite.report.formats.program_document.program_json",
}


def failing(*_: object, **__: object) -> None:
    raise ZeroDivisionError("planted")


@pytest.mark.parametrize("place", PLACES)
def test_a_defect_of_ours_after_the_program_leaves_its_exit_code_and_what_can_be_shown(
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(PLACES[place], failing)
    (tmp_path / "main.py").write_text("print(sum(range(1_000_000)))\n")
    explains = [] if place == "what is explained" else ["--top", "0"]
    words = ["--out", "page", "--json", "out.json", *explains, "main.py"]
    assert run_command.main(words, standalone_mode=False) == 0
    said = capfd.readouterr()
    assert said.out == f"{sum(range(1_000_000))}\n"
    assert said.err.count("error: internal error (ZeroDivisionError: planted)") == 1
    assert (tmp_path / "page" / "report.html").exists() == (place != "the ranking")


def test_a_page_that_cannot_show_the_explanations_shows_the_ranking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[ProgramAnswer] = []
    write = program_folder.write

    def fails_once(ranking: Ranking, folder: Path, answer: ProgramAnswer) -> Path:
        asked.append(answer)
        if len(asked) == 1:
            failing()
        return write(ranking, folder, answer)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(program_folder, "write", fails_once)
    (tmp_path / "main.py").write_text("print(1)\n")
    assert (
        run_command.main(["--out", "page", "--top", "0", "main.py"], standalone_mode=False) == 0
    )
    assert "internal error (ZeroDivisionError: planted)" in capfd.readouterr().err
    assert (tmp_path / "page" / "report.html").exists()
    assert asked[-1] == ProgramAnswer(())
