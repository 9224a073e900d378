"""`compare --intervene`: text, JSON and Markdown, and what cannot be run again."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from profiler_suite import cli
from profiler_suite.cli import intervening
from profiler_suite.measure.intervene import sides
from profiler_suite.measure.intervene.side_setting import SideSetting
from profiler_suite.measure.intervene.sides import SidesPlan, SideVisits
from tests.analysis.compare.test_causes import side
from tests.fake_folder import write_run


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[SideSetting]]:
    """Two runs of which the second is twice as slow by its values, and what was measured."""
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "reports" / "a", seed=1)
    write_run(tmp_path / "reports" / "slow", lambda point: 2.0, seed=3)
    measured: list[Sequence[SideSetting]] = []

    def fake(
        settings: Sequence[SideSetting], plan: SidesPlan, tell: Callable[[str], None]
    ) -> list[SideVisits]:
        measured.append(settings)
        tell("process 1")
        return [side(2.0 if each.seed == 3 else 1.0) for each in settings]

    monkeypatch.setattr(sides, "measure_sides", fake)
    monkeypatch.setattr(intervening, "_files", lambda origin, points: ())
    return measured


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.run(["compare", *arguments]) == 0
    return capsys.readouterr().out


def test_causes_are_asked_for(runs: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert "What makes the difference" not in said(capsys, "a", "slow")
    assert runs == []
    text = said(capsys, "a", "slow", "--intervene")
    assert "values (random seed) (1 → 3) explains" in " ".join(text.split())
    assert [each.seed for each in runs[0]] == [1, 3]


def test_both_other_forms_have_them(
    runs: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(said(capsys, "a", "slow", "--intervene", "--json"))
    assert document["causes"]["causes"][0]["name"] == "values (random seed)"
    assert "causes" not in json.loads(said(capsys, "a", "slow", "--json"))
    text = said(capsys, "a", "slow", "--intervene", "--markdown")
    assert "### What makes the difference" in text


def test_alike_runs_are_not_measured_again(
    runs: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(tmp_path / "reports" / "again", seed=4)
    assert "nothing to explain" in said(capsys, "a", "again", "--intervene")
    assert runs == []


def test_an_experiment_that_has_gone_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "reports" / "a", seed=1)
    write_run(tmp_path / "reports" / "slow", lambda point: 2.0, seed=3)
    assert cli.run(["compare", "a", "slow", "--intervene"]) == 2
    assert "made.py' does not exist" in capsys.readouterr().err


def test_what_was_measured_alike_is_not_measured_again(
    runs: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same random data and software: only other programs may have made the difference."""
    busy = tmp_path / "reports" / "busy"
    write_run(busy, lambda point: 1.7, seed=1, baseline_s=1.7 * 41e-6)
    text = " ".join(said(capsys, "a", "busy", "--intervene").split())
    assert "what other programs did to the machine explains" in text
    assert runs == []
