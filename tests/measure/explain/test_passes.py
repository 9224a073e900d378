"""Passes that are left out, and those whose failure is only a reason."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.measure.explain import passes
from profiler_suite.model.memory import MemoryRecord
from profiler_suite.model.threads import ThreadsRecord

A = np.ones((300, 400))


def subject(
    function: Any,
    *,
    long: bool = False,
    allowed: bool = True,
    more: bool = True,
    **effort: Any,
) -> Any:
    """What the passes ask of a subject."""
    return SimpleNamespace(
        function=function,
        arguments=lambda: (A,),
        effort=SimpleNamespace(**{"threads_s": 0.1, "memory_s": 5.0, **effort}),
        plan=SimpleNamespace(long=long, fits_more=lambda: more),
        sampling_allowed=allowed,
    )


def doubles(a: Any) -> Any:
    return a * 2.0


def fails(a: Any) -> None:
    raise ValueError("it ran before")


@pytest.mark.parametrize(
    "asked",
    [
        subject(doubles, threads_s=0.0),
        subject(doubles, long=True),
        subject(doubles, allowed=False),
        subject(doubles),
    ],
    ids=["no time", "long", "not allowed", "one thread that never waits"],
)
def test_threads_are_not_told_apart_where_there_is_nothing_to_tell(asked: Any) -> None:
    assert passes._by_thread(asked, None) is None


def test_a_function_that_fails_now_leaves_a_reason() -> None:
    found = passes._by_thread(subject(fails), None)
    assert found == ThreadsRecord(samples=0, threads=(), reason="ValueError: it ran before")
    memory = passes._memory(subject(fails))
    assert memory == MemoryRecord(peak_bytes=0.0, reason="ValueError: it ran before")


def test_memory_is_told_by_expression_where_there_is_time() -> None:
    found = passes._memory(subject(doubles))
    assert found.peak_bytes == pytest.approx(A.nbytes, rel=0.02)
    assert found.reason or [each.text for each in found.expressions] == ["a * 2.0"]
    assert passes._memory(subject(doubles, memory_s=0.0)).lines == ()
    assert passes._memory(subject(doubles, long=True)) == MemoryRecord(peak_bytes=0.0)
    assert passes._memory(subject(doubles, more=False)) == MemoryRecord(peak_bytes=0.0)
