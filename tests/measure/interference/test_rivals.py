"""Interference on purpose: it is there while it is wanted, and gone afterwards."""

import os
from contextlib import suppress

import msgspec
import pytest

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.measure.interference import rival_process, rivals
from profiler_suite.measure.interference.rivals import KINDS, hog_bytes
from tests.fake_machine import MACHINE

FACTS = msgspec.structs.replace(MACHINE.facts, cores_allowed=2, memory_bytes=2**32)


def lives(pid: int) -> bool:
    with suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_one_for_each_core_runs_until_it_is_left(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    start = child.start

    def noted(module: str) -> object:
        process = start(module)
        started.append(process)
        return process

    monkeypatch.setattr(child, "start", noted)
    with rivals.rivals(kind, FACTS):
        assert [process.poll() for process in started] == [None, None]
        assert all(lives(process.pid) for process in started)
    assert all(process.poll() is not None for process in started)


def test_they_end_with_an_error_in_between() -> None:
    with pytest.raises(ZeroDivisionError), rivals.rivals(KINDS[0], FACTS):
        raise ZeroDivisionError


def test_one_that_cannot_begin_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "profiler_suite.measure.no_such_module"
    start = child.start
    monkeypatch.setattr(child, "start", lambda module: start(broken))
    with (
        pytest.raises(ChildError, match="memory hogs cannot be started"),
        rivals.rivals("memory hogs", FACTS),
    ):
        pass


@pytest.mark.parametrize(("memory", "cores"), [(2**36, 2), (2**34, 64)])
def test_hogs_exceed_the_cache_and_never_take_much_of_the_memory(
    memory: int, cores: int
) -> None:
    facts = msgspec.structs.replace(FACTS, memory_bytes=memory, cores_allowed=cores)
    size = hog_bytes(facts)
    assert 2 * cores * size <= 0.1 * memory
    assert size >= min(4 * facts.last_cache_bytes, 0.1 * memory / (2 * cores)) * 0.99
    assert rival_process.BUSY != rival_process.MEMORY
