"""The survey takes the kept machine when it fits, and measures otherwise."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.machine import survey as module
from profiler_suite.machine.examination import Examination, SurveyRequest
from profiler_suite.machine.kept import (
    CACHE_VARIABLE,
    keep_baselines,
    kept_baselines,
    kept_machine,
)
from profiler_suite.machine.survey import survey
from profiler_suite.model.machine import Machine, MachineFacts
from tests.fake_machine import FACTS, MACHINE


class Laboratory:
    """Stands in for the child: notes what was asked, answers at once."""

    def __init__(self) -> None:
        self.requests: list[SurveyRequest] = []

    def __call__(self, request: SurveyRequest, progress: module.Progress) -> Examination:
        self.requests.append(request)
        progress("measuring")
        machine: Machine = msgspec.structs.replace(
            MACHINE,
            fingerprint=request.fingerprint,
            facts=request.facts,
            coarse=request.coarse,
            duration_s=float(len(self.requests)),
        )
        return Examination(machine=machine, baselines_s={"ufunc": 40e-6})


@pytest.fixture
def laboratory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laboratory:
    laboratory = Laboratory()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(module, "read_facts", lambda: FACTS)
    monkeypatch.setattr(module, "_examine", laboratory)
    return laboratory


def test_the_second_survey_is_the_kept_one(laboratory: Laboratory) -> None:
    assert survey() == survey()
    assert len(laboratory.requests) == 1


def test_refresh_measures_again(laboratory: Laboratory) -> None:
    survey()
    assert survey(refresh=True).duration_s == 2.0


def test_a_coarse_machine_is_replaced_by_a_full_one(laboratory: Laboratory) -> None:
    assert survey(coarse=True).coarse
    assert not survey(coarse=False).coarse
    assert not survey(coarse=True).coarse
    assert [request.coarse for request in laboratory.requests] == [True, False]


def test_other_software_is_another_machine(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey()
    newer: MachineFacts = msgspec.structs.replace(FACTS, numpy="9.9")
    monkeypatch.setattr(module, "read_facts", lambda: newer)
    assert survey().facts.numpy == "9.9"
    assert len(laboratory.requests) == 2


def test_facts_are_always_fresh(
    laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey()
    renamed: MachineFacts = msgspec.structs.replace(FACTS, host="renamed")
    monkeypatch.setattr(module, "read_facts", lambda: renamed)
    assert survey().facts.host == "renamed"
    assert len(laboratory.requests) == 1


def test_baselines_are_kept_and_handed_to_the_next_child(laboratory: Laboratory) -> None:
    machine = survey()
    assert kept_baselines(machine.fingerprint) == {"ufunc": 40e-6}
    keep_baselines(machine.fingerprint, {"ufunc": 30e-6})
    survey(refresh=True)
    assert [request.kept_baseline_s for request in laboratory.requests] == [0.0, 30e-6]
    assert kept_baselines(machine.fingerprint) == {"ufunc": 30e-6}


def test_progress_is_passed_on(laboratory: Laboratory) -> None:
    told: list[str] = []
    survey(progress=told.append)
    assert told == ["measuring"]


def test_an_unwritable_cache_is_said(
    laboratory: Laboratory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv(CACHE_VARIABLE, str(file))
    machine = survey()
    assert any("Cannot write" in sentence for sentence in machine.unavailable)
    assert kept_machine(machine.fingerprint) is None


def test_a_child_that_fails_is_an_error_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    starting = child.start

    def broken(name: str, **options: Any) -> object:
        return starting("profiler_suite.machine.no_such_module", **options)

    monkeypatch.setattr(child, "start", broken)
    with pytest.raises(ChildError, match="no_such_module"):
        survey(refresh=True)
