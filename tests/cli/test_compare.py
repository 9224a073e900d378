"""`compare` as a person or a CI job meets it: text, exit codes, one sentence for mistakes."""

import json
import re
from pathlib import Path

import pytest

from profiler_suite import cli
from profiler_suite.cli import compare as compare_command
from profiler_suite.model.results import Verdict
from tests.fake_folder import made_points, write_run
from tests.report.made_comparison import SLOWER, UNKNOWN, change, comparison


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a run, the same again, and one in which `taps` is 10 % slower."""
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "reports" / "a", seed=1)
    write_run(tmp_path / "reports" / "b", seed=2)
    write_run(
        tmp_path / "reports" / "slow",
        lambda point: 1.1 if point.implementation == "taps" else 1.0,
        seed=3,
    )
    return tmp_path / "reports"


def test_a_run_measured_again_is_the_same(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["compare", "a", "b", "--fail-on", "5%"]) == 0
    said = capsys.readouterr()
    assert "b is as fast as a within noise on 16 points." in said.out
    assert said.err == ""


def test_a_regression_is_named_with_exit_code_1_only_when_asked_to_fail(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["compare", "a", "slow"]) == 0
    capsys.readouterr()
    assert cli.run(["compare", "a", "slow", "--fail-on", "5%"]) == 1
    said = capsys.readouterr()
    assert "slower on 4 of 16 points (taps on all 4, 1." in said.out
    assert "4 points of 16 slower by 5.0 % or more, confirmed: taps" in said.err
    # Once more before it is believed, with commands that can be typed.
    assert (
        "sweep /home/me/made.py --implementations taps --quick --out reports/again" in said.err
    )
    assert "compare a reports/again --fail-on 5%" in said.err
    assert cli.run(["compare", "a", "slow", "--fail-on", "20%"]) == 0
    assert cli.run(["compare", "slow", "a", "--fail-on", "5%"]) == 0  # faster


def test_one_json_document_or_markdown_on_standard_output(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["compare", "a", "slow", "--json", "--fail-on", "5%"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert len(document["regressions"]) == 4
    assert cli.run(["compare", "a", "slow", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("## slow against a: slower on 4 of 16")


def test_all_shows_every_point(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["compare", "a", "slow", "--all"]) == 0
    out = capsys.readouterr().out
    assert out.count("same within noise") >= 12
    assert all(len(line) <= 80 for line in out.splitlines())


def test_a_machine_that_was_slow_is_no_regression_and_no_pass(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(runs / "mood", lambda point: 1.08, baseline_s=44.3e-6)
    assert cli.run(["compare", "a", "mood"]) == 0
    assert "could not be judged" in capsys.readouterr().out
    assert cli.run(["compare", "a", "mood", "--fail-on", "5%"]) == 2
    assert "--fail-on could not be judged" in capsys.readouterr().err


@pytest.fixture
def wild(runs: Path) -> Path:
    """A run in which `taps` has few times, and each another: nothing can be said of it."""
    noise = iter(range(10**6))
    return write_run(
        runs / "wild",
        lambda point: 1.0 + next(noise) % 7 if point.implementation == "taps" else 1.0,
        seed=4,
        rounds=6,
    )


def test_what_could_not_be_judged_is_said_first_and_strict_makes_it_exit_code_4(
    wild: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "a", "wild", "--fail-on", "5%"]
    assert cli.run(words) == 0
    said = capsys.readouterr()
    first = said.out.splitlines()[0]
    assert re.match(r"(\d+) of 16 points could not be judged against 5\.0 %: ", first)
    assert "--strict makes that exit code 4" in said.err
    assert cli.run([*words, "--strict"]) == 4
    said = capsys.readouterr()
    assert said.out.startswith(first[:50])
    assert "exit code 4" not in said.err
    assert cli.run([*words, "--strict", "--markdown"]) == 4
    assert re.match(r"\*\*\d+ of 16 points could not be judged", capsys.readouterr().out)
    assert cli.run([*words, "--strict", "--json"]) == 4
    undecided = json.loads(capsys.readouterr().out)["undecided"]
    assert undecided
    assert f"{len(undecided)} of 16" in first
    assert sum("/taps/" in name for name in undecided) == 4


def test_a_confirmed_regression_is_exit_code_1_with_strict_too(
    wild: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["compare", "a", "slow", "--fail-on", "5%", "--strict"]) == 1
    assert cli.run(["compare", "a", "b", "--fail-on", "5%", "--strict"]) == 0
    assert cli.run(["compare", "a", "b", "--strict"]) == 0
    assert cli.run(["compare", "a", "wild"]) == 0
    capsys.readouterr()
    assert cli.run(["compare", "a", "wild", "--strict"]) == 4


def test_families_that_could_not_be_judged_are_left_out_of_the_markdown(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(
        runs / "unseen",
        points=tuple(p for p in made_points() if p.implementation in ("loop", "taps")),
        rounds=0,
    )
    write_run(
        runs / "seen",
        points=tuple(p for p in made_points() if p.implementation in ("loop", "taps")),
        rounds=24,
    )
    assert cli.run(["compare", "seen", "unseen", "--markdown"]) == 0
    told = capsys.readouterr().out
    assert "| family |" not in told
    assert "8 points could not be judged: no visit in the second run" in told
    assert cli.run(["compare", "seen", "unseen"]) == 0
    assert "Families" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a", "a"], "compared with itself"),
        (["a", "no_such"], "no run in 'no_such'"),
        (["a", "b", "--fail-on", "0.05"], "try 5%"),
        (["a", "b", "--fail-on", "nan%"], "try 5%"),
        (["a", "b", "--json", "--markdown"], "cannot be combined"),
    ],
)
def test_mistakes_end_in_one_sentence(
    runs: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert cli.run(["compare", *arguments]) == 2
    found = capsys.readouterr()
    assert said in found.err
    assert found.out == ""


def test_a_report_with_a_baseline_has_a_section_and_says_it(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["report", "slow", "--baseline", "a"]) == 0
    assert "slow against a: slower on 4 of 16 points" in capsys.readouterr().out
    page = (runs / "slow" / "report.html").read_text()
    assert 'id="comparison"' in page
    assert "slow against a: slower on 4 of 16 points" in page
    assert "cmd|" in page
    assert {"changes.png", "changes.svg"} <= {p.name for p in (runs / "slow/figures").iterdir()}
    assert cli.run(["report", "slow", "-q"]) == 0
    assert 'id="comparison"' not in (runs / "slow" / "report.html").read_text()
    assert cli.run(["report", "slow", "--baseline", "slow"]) == 2


@pytest.mark.parametrize(
    ("changes", "fail_on", "strict", "code"),
    [
        ([(SLOWER, 1.2)], None, False, 0),
        ([(SLOWER, 1.2)], 0.1, False, compare_command.REGRESSION),
        ([(SLOWER, 1.2)], 0.3, False, 0),
        ([(UNKNOWN, 1.2)], 0.1, False, 0),
        ([(UNKNOWN, 1.2)], 0.1, True, compare_command.UNDECIDED),
        ([(UNKNOWN, 1.2)], None, True, compare_command.UNDECIDED),
        ([(UNKNOWN, 1.2), (SLOWER, 1.2)], 0.1, True, compare_command.REGRESSION),
        ([], 0.1, True, 0),
    ],
)
def test_a_gate_fails_on_what_is_confirmed_and_strictly_on_what_is_open(
    changes: list[tuple[Verdict, float]], fail_on: float | None, strict: bool, code: int
) -> None:
    found = comparison(*(change(verdict, ratio) for verdict, ratio in changes))
    assert compare_command.gate(found, fail_on, strict=strict) == code
