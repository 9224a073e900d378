"""The exit code and output of a selfcheck, of made-up checks."""

import json
from typing import Any

import msgspec
import pytest

from profiler_suite import cli
from profiler_suite.cli import selfcheck as command
from profiler_suite.model.run import SelfCheck
from tests.fake_run import selfcheck


def use(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> SelfCheck:
    check = msgspec.structs.replace(selfcheck().checks[0], name="clock", **fields)
    found = msgspec.structs.replace(selfcheck(), checks=(check,))
    monkeypatch.setattr(command, "_checked", lambda progress: found)
    return found


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 0),
        ({"ok": False}, 0),
        ({"ok": False, "of_suite": True, "undisturbed": 0.2}, 0),
        ({"ok": False, "of_suite": True}, command.DEFECTS),
    ],
)
def test_only_a_defect_of_the_suite_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fields: dict[str, Any],
    code: int,
) -> None:
    use(monkeypatch, **fields)
    assert cli.run(["selfcheck", "-q"]) == code
    assert "clock" in capsys.readouterr().out


def test_the_document_is_the_selfcheck(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = use(monkeypatch)
    assert cli.run(["selfcheck", "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["verdict"] == list(found.verdict)
    assert msgspec.json.decode(text, type=SelfCheck) == found
