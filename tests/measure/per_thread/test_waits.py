"""What a sleeping thread waits for, from made-up system calls and stacks."""

import platform
from collections.abc import Sequence

import pytest

from profiler_suite.measure.per_thread import waits
from profiler_suite.measure.per_thread.requests import (
    BLAS,
    INTERPRETER,
    OPENMP,
    OTHER,
    OwnedSpan,
    ThreadsTarget,
)
from profiler_suite.model.threads import (
    BLAS_BARRIER,
    CHILD,
    ELSE,
    EVENTS,
    GIL,
    IO,
    LOCK,
    OPENMP_BARRIER,
    SLEEP,
)

TARGET = ThreadsTarget(
    pid=1,
    control=0,
    runtime=(0x7000, 0x8000),
    spans=(
        OwnedSpan(0x1000, 0x2000, INTERPRETER),
        OwnedSpan(0x2000, 0x3000, BLAS),
        OwnedSpan(0x4000, 0x5000, OPENMP),
        OwnedSpan(0x5000, 0x6000, OTHER),
    ),
)
STACK = 0xFFF0


@pytest.fixture(autouse=True)
def _x86(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def cause(number: int, *stack: int, address: int = 0x9000) -> str:
    def read(place: int) -> Sequence[int]:
        assert place == STACK
        return stack

    return waits.cause(f"{number} {address:#x} 0 0 0 0 0 {STACK:#x} 0x1\n", TARGET, read)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (230, SLEEP),
        (35, SLEEP),
        (232, EVENTS),
        (7, EVENTS),
        (0, IO),
        (45, IO),
        (61, CHILD),
        (9999, ELSE),
    ],
)
def test_the_call_tells_what_is_no_lock(number: int, expected: str) -> None:
    assert cause(number, 0x1500) == expected


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ((0x1500, 0x2500), LOCK),
        ((7, 0x3500, 0x1500), LOCK),
        ((7, 0x2500, 0x1500), BLAS_BARRIER),
        ((0x4000,), OPENMP_BARRIER),
        ((0x5FFF, 0x2500), LOCK),
        ((), LOCK),
    ],
)
def test_of_locks_the_first_who_owns_code_on_the_stack_has_asked(
    stack: tuple[int, ...], expected: str
) -> None:
    assert cause(202, *stack) == expected


@pytest.mark.parametrize(
    ("address", "expected"), [(0x7000, GIL), (0x7FFF, GIL), (0x6FFF, LOCK), (0x8000, LOCK)]
)
def test_the_interpreter_lock_is_known_by_its_place(address: int, expected: str) -> None:
    assert cause(202, 0x1500, address=address) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("running\n", waits.RUNNING), ("", waits.RUNNING), ("-1 0x1 0x2\n", IO)],
)
def test_a_thread_in_no_call_runs_or_reads_a_page(text: str, expected: str) -> None:
    assert waits.cause(text, TARGET, lambda place: ()) == expected


@pytest.mark.parametrize(
    ("machine", "known"), [("x86_64", True), ("aarch64", True), ("riscv64", False)]
)
def test_processors_whose_calls_are_known(
    monkeypatch: pytest.MonkeyPatch, machine: str, known: bool
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert waits.known() is known


def test_each_call_has_one_meaning() -> None:
    for kinds in waits._CALLS.values():
        numbers = [number for some in kinds.values() for number in some]
        assert len(numbers) == len(set(numbers))
