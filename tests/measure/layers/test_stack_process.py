"""The process that reads stacks, against a process made up of a few words."""

import io
import os
import platform
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.layers import stack_process
from profiler_suite.measure.layers.requests import (
    INTERPRETERS,
    NOBODYS,
    OWNED,
    CodeSpan,
    StackCount,
    StackCounts,
    StackTarget,
)
from profiler_suite.measure.layers.stack_process import main, watch
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import (
    COUNTING,
    END,
    PAUSED,
    READY,
    SAMPLE,
    STARTED,
)
from tests.measure.reading.made_memory import (
    BASE,
    CONTROL,
    DRIVER,
    LAYOUT,
    STATE,
    MadeMemory,
    each_pause,
    waits_with,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sampled so")
CODE = 0x5000
STACK = BASE + 3 * 4096
SPANS = (
    CodeSpan(0x100_0000, 0x100_1000, OWNED),
    CodeSpan(0x200_0000, 0x200_1000, NOBODYS),
    CodeSpan(0x300_0000, 0x300_1000, INTERPRETERS),
)
INSTRUCTION, POINTER = 16, 19  # of x86-64


def target(**fields: Any) -> StackTarget:
    given: dict[str, Any] = {
        "pid": os.getpid(),
        "control": CONTROL,
        "layout": LAYOUT,
        "driver": DRIVER,
        "spans": SPANS,
        **fields,
    }
    return StackTarget(**given)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MadeMemory:
    """Of a thread that runs, on x86-64 wherever this test runs."""
    made = MadeMemory()
    made.put(CONTROL, COUNTING)
    made.frames((CODE, CODE + 8))
    made.registers = {INSTRUCTION: 0x100_0010, POINTER: STACK}
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    is_in_state(monkeypatch, "R")
    waits_with(monkeypatch, -1)
    return made


def is_in_state(monkeypatch: pytest.MonkeyPatch, letter: str) -> None:
    text = f"12 (a) S (b) {letter} 1 12 12".encode()
    monkeypatch.setattr(os, "pread", lambda *_: text)


def requests(*lines: bytes) -> Callable[[], bytes]:
    return iter([*lines, END]).__next__


def seen(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, samples: int = 1, **fields: Any
) -> StackCounts:
    steps = [lambda: None] * (samples - 1) + [lambda: memory.put(CONTROL, PAUSED)]
    each_pause(monkeypatch, stack_process, *steps)
    # Each look first asks whether a signal has come, then stops the thread.
    waits_with(monkeypatch, *[-1, 128 << 16 | 5 << 8 | 0x7F] * samples)
    library: Any = memory
    return watch(library, target(**fields), requests(SAMPLE))


def native(memory: MadeMemory, monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    (stack,) = seen(memory, monkeypatch).stacks
    return stack.native


def test_a_look_finds_the_instruction_and_the_python_frames(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((0x6000 | 3, 0x6004), (CODE, CODE + 8))
    expected = StackCount(
        native=(0x100_0010,), frames=((0x6000, 0x6004), (CODE, CODE + 8)), waits=False, count=2
    )
    assert seen(memory, monkeypatch, samples=2) == StackCounts(stacks=(expected,))


@pytest.mark.parametrize(
    ("instruction", "words", "expected"),
    [
        (0x100_0010, (0x300_0010,), (0x100_0010,)),
        (0x300_0010, (0x100_0010,), (0x300_0010,)),
        (0x200_0010, (7, 0x200_0020, 0x300_0010, 0x100_0010), (0x200_0010, 0x300_0010)),
        (0x900_0000, (7, 0x100_0FFF, 0x300_0010), (0x900_0000, 0x100_0FFF)),
        (0x900_0000, (0x100_1000,), (0x900_0000,)),
        (0x10, (), (0x10,)),
    ],
)
def test_of_nobodys_code_the_first_owner_up_the_stack_is_told(
    memory: MadeMemory,
    monkeypatch: pytest.MonkeyPatch,
    instruction: int,
    words: tuple[int, ...],
    expected: tuple[int, ...],
) -> None:
    memory.registers[INSTRUCTION] = instruction
    memory.put(STACK, *words)
    assert native(memory, monkeypatch) == expected


def test_a_word_that_no_call_stands_before_is_no_return_address(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer, returned = BASE + 4096 * 2 + 8, BASE + 4096 * 2 + 32
    spans = (*SPANS, CodeSpan(BASE + 4096 * 2, BASE + 4096 * 2 + 64, OWNED))
    memory.put(returned - 8, int.from_bytes(b"\x90\x90\x90\xe8\0\0\0\0", "little"))
    memory.registers[INSTRUCTION] = 0x200_0010
    memory.put(STACK, pointer, returned, 0x100_0010)
    ordered = tuple(sorted(spans, key=lambda span: span.start))
    (stack,) = seen(memory, monkeypatch, spans=ordered).stacks
    assert stack.native == (0x200_0010, returned)


def test_without_registers_there_are_frames_only(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.registers = {}
    assert native(memory, monkeypatch) == ()


@pytest.mark.parametrize("letter", ["S", "D"])
def test_a_thread_that_sleeps_is_not_stopped(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, letter: str
) -> None:
    is_in_state(monkeypatch, letter)
    (stack,) = seen(memory, monkeypatch).stacks
    assert (stack.native, stack.waits) == ((), True)
    assert stack.frames == ((CODE, CODE + 8),)
    assert memory.traced.count(7) == 0


@pytest.mark.parametrize("frame", [0, 3, STACK + 2 * 4096])
def test_frames_that_lead_nowhere_are_lost(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, frame: int
) -> None:
    memory.put(STATE, frame)
    assert seen(memory, monkeypatch) == StackCounts(stacks=(), lost=1)


def test_a_stack_without_end_is_lost(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    (frame,) = peek.read_word(memory.bytes, STATE - BASE)
    memory.put(frame, CODE, frame, CODE + 8)
    assert seen(memory, monkeypatch).lost == 1


def test_nothing_is_counted_before_the_function_runs(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.put(CONTROL, READY)
    assert seen(memory, monkeypatch, samples=3) == StackCounts(stacks=())


def why(memory: MadeMemory) -> str:
    library: Any = memory
    return watch(library, target(), requests(SAMPLE, SAMPLE)).error


def test_what_cannot_be_read_or_stopped_is_the_reason(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.may_trace = False
    assert why(memory) == peek.NO_STOPPING
    memory.readable = False
    assert "read another" in why(memory)
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    assert why(memory) == "the registers of riscv64 are not known"


def test_each_target_has_one_line_for_an_answer(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = msgspec.json.encode(target()) + b"\n" + END
    monkeypatch.setattr(peek, "libc", lambda: memory)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(asked + asked)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=(out := io.BytesIO())))
    main()
    started, *lines = out.getvalue().splitlines(keepends=True)
    assert started == STARTED
    assert [msgspec.json.decode(line, type=StackCounts) for line in lines] == [
        StackCounts(stacks=())
    ] * 2
