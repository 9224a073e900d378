"""What a selfcheck plans: functions whose truth is known, in pairs of known ratio."""

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from profiler_suite.errors import ChildError
from profiler_suite.measure import selfcheck
from profiler_suite.measure.interference import rivals as planted
from profiler_suite.measure.interference.rivals import KINDS
from profiler_suite.measure.selfcheck import (
    BREAKDOWN,
    COUNTS,
    PLANTED,
    UNITS,
    WAITS_NS,
    SelfCheckEffort,
    SelfCheckEvidence,
    breakdown_plan,
    rounds_plan,
    schedule,
)
from profiler_suite.model.machine import MachineFacts
from profiler_suite.registry import forget
from profiler_suite.workloads import catalogue
from tests.fake_machine import MACHINE
from tests.fake_selfcheck import evidence


@pytest.fixture(autouse=True)
def _known_truth() -> Iterator[None]:
    catalogue.load(selfcheck.KNOWN_TRUTH)
    yield
    forget(selfcheck.KNOWN_TRUTH.resolve())


@pytest.mark.parametrize(("same", "planted"), [(0, 0), (1, 1), (7, 3)])
def test_as_many_pairs_as_were_asked_for(same: int, planted: int) -> None:
    points, pairs = rounds_plan(
        SelfCheckEffort(same_pairs=same, planted_pairs=planted), MACHINE
    )
    assert len(pairs) == same + planted * len(PLANTED)
    assert len(points) == 1 + len(WAITS_NS) + 2 * len(pairs)
    assert len({point.id for point in points}) == len(points)


def test_units_take_turns() -> None:
    effort = SelfCheckEffort(same_pairs=2 * len(UNITS), planted_pairs=0)
    _, pairs = rounds_plan(effort, MACHINE)
    assert [pair.unit for pair in pairs] == [*UNITS, *UNITS]
    assert {pair.planted for pair in pairs} == {0.0}


def test_waits_are_as_long_as_they_say() -> None:
    points, _ = rounds_plan(SelfCheckEffort(), MACHINE)
    waits = [p.problem.dims["n"] for p in points if p.implementation == "busy_wait"]
    assert waits == list(WAITS_NS)


def test_functions_are_explained_at_their_sizes_and_a_suffix_tells_passes_apart() -> None:
    sizes = BREAKDOWN | COUNTS
    plain = breakdown_plan(MACHINE, sizes)
    assert {p.implementation: p.problem.dims["n"] for p in plain} == sizes
    again = breakdown_plan(MACHINE, sizes, "/1")
    assert [p.id for p in again] == [f"{p.id}/1" for p in plain]
    assert breakdown_plan(MACHINE, {}) == ()


@pytest.mark.parametrize("elapsed_s", [0.0, 30.0, 60.0, 1e4])
def test_the_rounds_never_end_because_points_converge(elapsed_s: float) -> None:
    effort = SelfCheckEffort(rounds_s=40.0, total_s=75.0, workers=2)
    found = schedule(effort, 100, elapsed_s)
    assert 0.3 * 40.0 <= found.budget_s <= 40.0
    assert found.half_width == 0.0
    assert found.workers == 2
    assert schedule(effort, 100, elapsed_s + 5.0).budget_s <= found.budget_s


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
    monkeypatch.setattr(selfcheck, "_alone", lambda *_: ALONE)
    monkeypatch.setattr(selfcheck, "_beside", beside)
    return done


ALONE = evidence(pairs=1, rounds=1)


def measured(effort: SelfCheckEffort, told: list[str]) -> SelfCheckEvidence:
    judge: Any = None
    return selfcheck.measure(MACHINE, {}, judge, effort, told.append, lambda _: None)


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
