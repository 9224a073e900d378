"""The command `race`: what it asks for, what its exit code says."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from profiler_suite import cli
from profiler_suite.analysis.race.results import Race
from profiler_suite.cli import race as command
from profiler_suite.measure.race import processes
from profiler_suite.measure.race.processes import RacedPair, RaceTargets
from tests import made_race
from tests.made_race import LARGE, SMALL, process, refused, result, tried

OLD = """
import numpy as np

def total(x):
    out = 0.0
    for value in x:
        out += value
    return out

def setup():
    return {n: (np.random.default_rng(0).random(n),) for n in (20, 2000)}
"""
NEW = "import numpy as np\n\ndef total(x):\n    return np.sum(x)\n"
WRONG = "import numpy as np\n\ndef total(x):\n    return np.sum(x[1:])\n"


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (made_race.race(result(0.5)), 0),
        (made_race.race(result(1.0)), 0),
        (made_race.race(result(2.0)), 1),
        (made_race.race(result(0.5), result(2.0)), 1),
        (made_race.race(refused()), 3),
        (made_race.race(refused(), result(2.0)), 3),
    ],
)
def test_the_exit_code_is_the_verdict(found: Race, code: int) -> None:
    assert command.exit_code(found) == code


def test_what_could_not_be_judged_is_a_code_of_its_own() -> None:
    rng = random.Random(0)
    open_ = made_race.judge([process(rng, ratio) for ratio in (0.6, 1.4, 1.0, 0.8)])
    assert command.exit_code(made_race.race(open_)) == 4


def test_other_answers_for_empty_arrays_fail_a_strict_race_only() -> None:
    rng = random.Random(0)
    done = [process(rng) for _ in range(4)]
    done[0] = tried(done[0].before, done[0].after, conditions=("for empty arrays",))
    found = made_race.race(made_race.judge(done))
    assert (command.exit_code(found), command.exit_code(found, strict=True)) == (0, 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "needs two functions or more"),
        (["a.py:f"], "needs two functions or more"),
        (["a.py:f", "b.py"], "'b.py' names no function"),
        (["a.py:f", "a.py:f"], "a.py:f is named twice"),
        (["a.py:f", "b.py:f", "--threads", "9999"], "9999 threads cannot be used"),
        (["a.py:f", "b.py:f", "--threshold", "2"], "'2' is not a percentage"),
        (["a.py:f", "b.py:f", "--json", "--html", "/dev/stdout"], "only one of"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["race", *arguments]) == 2
    assert said in capfd.readouterr().err


@pytest.fixture
def fake_processes(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, int]]:
    """Processes that find twice the time at the small size and half of it at the large one."""
    asked: list[tuple[str, int, int]] = []
    rng = random.Random(4)

    def fake(
        targets: RaceTargets, size: int, number: int, effort: object, tell: object
    ) -> RacedPair:
        asked.append((targets.after, size, number))
        assert targets.setup == "old.py:setup"
        sizes = (SMALL, LARGE) if number == 0 and size == 0 else ()
        return RacedPair(found=process(rng, (2.0, 0.5)[size]), sizes=sizes)

    monkeypatch.setattr(processes, "race_process", fake)
    return asked


def test_every_size_and_every_version_is_raced(
    fake_processes: list[tuple[str, int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    monkeypatch.setattr(
        "profiler_suite.machine.kept.keep_baselines", lambda name, own: kept.append(own)
    )
    done = CliRunner().invoke(
        command.race_command,
        ["old.py:f", "a.py:f", "b.py:f", "--setup", "setup", "--no-breakdown", "--json", "-q"],
        standalone_mode=False,
    )
    assert done.exception is None, done.output
    plain = json.loads(done.output)
    assert [(r["after"], r["size"]["label"]) for r in plain["results"]] == [
        ("a.py:f", "100"),
        ("a.py:f", "10,000"),
        ("b.py:f", "100"),
        ("b.py:f", "10,000"),
    ]
    assert [r["verdict"] for r in plain["results"]] == ["slower", "faster"] * 2
    assert len(plain["crossings"]) == 2
    assert {(after, size) for after, size, _ in fake_processes} == {
        (after, size) for after in ("a.py:f", "b.py:f") for size in (0, 1)
    }
    assert len(kept) == 2
    assert done.return_value == 1


@pytest.mark.slow
@pytest.mark.measures
def test_a_real_race_over_two_sizes_says_what_changed(tmp_path: Path) -> None:
    for name, text in (("old", OLD), ("new", NEW), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(text)
    old, new, wrong = (f"{tmp_path / name}.py:total" for name in ("old", "new", "wrong"))
    page = tmp_path / "race.html"
    done = CliRunner().invoke(
        command.race_command,
        [old, new, "--setup", "setup", "--html", str(page), "-q"],
        standalone_mode=False,
    )
    assert done.exception is None, done.output
    assert "What changed in new.py:total, at 2,000" in done.output
    assert "× as fast" in done.output
    assert page.exists()
    done = CliRunner().invoke(
        command.race_command, [old, wrong, "--setup", "setup", "-q"], standalone_mode=False
    )
    assert (done.exception, done.return_value) == (None, 3)
    assert "gives a different answer" in done.output


@pytest.mark.long
@pytest.mark.measures
def test_a_copy_of_the_same_code_is_not_called_faster(tmp_path: Path) -> None:
    for name in ("old", "copy"):
        (tmp_path / f"{name}.py").write_text(OLD.replace("(20, 2000)", "(200,)"))
    targets = [f"{tmp_path / name}.py:total" for name in ("old", "copy")]
    done = CliRunner().invoke(
        command.race_command,
        [*targets, "--setup", "setup", "--json", "-q"],
        standalone_mode=False,
    )
    assert done.exception is None, done.output
    assert json.loads(done.output)["results"][0]["verdict"] != "faster"
