"""Interference is planted around what it disturbs; alone, what was measured stands."""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from profiler_suite.errors import ChildError
from profiler_suite.measure.interference import rivals as planted
from profiler_suite.measure.interference.rivals import KINDS
from profiler_suite.measure.selfcheck import measuring
from profiler_suite.measure.selfcheck.measuring import SelfCheckEvidence
from profiler_suite.measure.selfcheck.plan import SelfCheckEffort
from profiler_suite.model.machine import MachineFacts
from tests.fake_machine import MACHINE
from tests.fake_selfcheck import evidence


def noting(monkeypatch: pytest.MonkeyPatch, broken: str = "") -> list[str]:
    """What happens in which order, where nothing is measured."""
    done: list[str] = []

    @contextlib.contextmanager
    def rivals(kind: str, facts: MachineFacts) -> Iterator[None]:
        if kind == broken:
            raise ChildError(f"no {kind}")
        done.append(f"begin {kind}")
        yield
        done.append(f"end {kind}")

    def beside(*_: Any) -> SelfCheckEvidence:
        done.append("measure")
        return msgspec.structs.replace(ALONE, duration_s=1.0)

    monkeypatch.setattr(planted, "rivals", rivals)
    monkeypatch.setattr(measuring, "_alone", lambda *_: ALONE)
    monkeypatch.setattr(measuring, "_beside", beside)
    return done


ALONE = evidence(pairs=1, rounds=1)


def measured(effort: SelfCheckEffort, told: list[str]) -> SelfCheckEvidence:
    judge: Any = None
    return measuring.measure(MACHINE, {}, judge, effort, told.append, lambda _: None)


def test_each_kind_of_interference_begins_and_ends_around_what_it_disturbs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, told = noting(monkeypatch), list[str]()
    found = measured(SelfCheckEffort(), told)
    one, other = KINDS
    assert done == [
        *(f"begin {one}", "measure", f"end {one}"),
        *(f"begin {other}", "measure", f"end {other}"),
    ]
    assert set(found.beside) == set(KINDS)
    assert all(
        text.startswith(f"beside {kind}") for text, kind in zip(told, KINDS, strict=True)
    )


def test_without_it_what_was_measured_alone_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    done = noting(monkeypatch)
    assert measured(SelfCheckEffort(beside=False), []).beside == {}
    assert done == []
    noting(monkeypatch, broken="busy loops")
    found = measured(SelfCheckEffort(), [])
    assert set(found.beside) == {"memory hogs"}
    assert "no busy loops" in found.problems
