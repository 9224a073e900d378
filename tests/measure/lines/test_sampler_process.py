"""The process that samples lines, against a process made up of a few words."""

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.lines import sampler_process
from profiler_suite.measure.lines.requests import FrameSamples, SampleCounts, SampleTarget
from profiler_suite.measure.lines.sampler_process import main, watch
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import (
    COUNTING,
    END,
    PAUSED,
    READY,
    SAMPLE,
    STARTED,
)
from profiler_suite.measure.reading.serving import GoneError
from tests.measure.reading.made_memory import (
    BASE,
    CONTROL,
    DRIVER,
    EVENT_STOP,
    GONE,
    LAYOUT,
    SIZE,
    STATE,
    MadeMemory,
    each_pause,
    waits_with,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sampled so")
ONE, OTHER = 0x5000, 0x6000
CONT, DETACH, SEIZE, INTERRUPT = 7, 17, 0x4206, 0x4207


def target(**fields: Any) -> SampleTarget:
    given: dict[str, Any] = {
        "pid": 77,
        "control": CONTROL,
        "layout": LAYOUT,
        "driver": DRIVER,
        "codes": (ONE, OTHER),
        "stopping": False,
        **fields,
    }
    return SampleTarget(**given)


def requests(*lines: bytes) -> Callable[[], bytes]:
    return iter([*lines, END]).__next__


@pytest.fixture
def memory() -> MadeMemory:
    made = MadeMemory()
    made.put(CONTROL, COUNTING)
    return made


def seen(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, samples: int = 1, **fields: Any
) -> SampleCounts:
    steps = [lambda: None] * (samples - 1) + [lambda: memory.put(CONTROL, PAUSED)]
    each_pause(monkeypatch, sampler_process, *steps, lambda: None)
    library: Any = memory
    return watch(library, target(**fields), requests(SAMPLE))


def test_a_sample_finds_the_instruction_of_each_wanted_code(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((OTHER, OTHER + 24), (0x7000, 1), (ONE, ONE + 40))
    found = seen(memory, monkeypatch, samples=3)
    assert found == SampleCounts(frame_samples=(FrameSamples(at={1: 24, 0: 40}, count=3),))


def test_of_a_recursion_the_innermost_counts_and_marks_in_a_word_do_not(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((ONE | 1, ONE + 8), (ONE, ONE + 99))
    assert seen(memory, monkeypatch).frame_samples == (FrameSamples(at={0: 8}, count=1),)


def test_outside_of_the_wanted_codes_a_sample_counts_too(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((0x7000, 0x7004))
    assert seen(memory, monkeypatch).frame_samples == (FrameSamples(at={}, count=1),)


def test_the_frame_may_stand_behind_a_link(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((ONE, ONE + 16))
    (frame,) = peek.read_word(memory.bytes, STATE - BASE)
    memory.put(STATE, BASE + 2 * 4096)
    memory.put(BASE + 2 * 4096 + 24, frame)
    linked = msgspec.structs.replace(LAYOUT, link=24)
    found = seen(memory, monkeypatch, layout=linked)
    assert found.frame_samples == (FrameSamples(at={0: 16}, count=1),)


@pytest.mark.parametrize("frame", [0, 3, BASE + SIZE + 8, 2**60])
def test_a_sample_that_leads_nowhere_is_lost(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, frame: int
) -> None:
    memory.frames((ONE, ONE + 16))
    memory.put(STATE, frame)
    assert seen(memory, monkeypatch, samples=2) == SampleCounts(frame_samples=(), lost=2)


def test_before_the_function_runs_it_samples_often_and_counts_nothing(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.put(CONTROL, READY)
    memory.frames((ONE, ONE + 16))
    pauses = each_pause(
        monkeypatch,
        sampler_process,
        lambda: None,
        lambda: memory.put(CONTROL, COUNTING),
        lambda: memory.put(CONTROL, PAUSED),
        lambda: None,
    )
    library: Any = memory
    found = watch(library, target(), requests(SAMPLE))
    assert sum(each.count for each in found.frame_samples) == 1
    assert pauses[0] == pauses[1] <= min(pauses[2:])


def test_what_cannot_be_read_is_the_reason(memory: MadeMemory) -> None:
    memory.readable = False
    library: Any = memory
    found = watch(library, target(), requests(SAMPLE, SAMPLE))
    assert found.frame_samples == ()
    assert "does not let one process of yours read another" in found.error


def test_a_process_that_ends_on_the_way_is_gone(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((ONE, ONE + 16))

    def ends() -> None:
        memory.readable = False

    each_pause(monkeypatch, sampler_process, ends)
    library: Any = memory
    with pytest.raises(GoneError):
        watch(library, target(), requests(SAMPLE))


def test_each_sample_stops_the_process_where_the_two_share_no_core(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.frames((ONE, ONE + 16))
    waits_with(monkeypatch, -1, -1, EVENT_STOP, -1, EVENT_STOP)
    found = seen(memory, monkeypatch, samples=2, stopping=True)
    # The first sample finds out that it runs; the last one that it does not any more.
    assert memory.traced[0] == SEIZE
    assert memory.traced.count(INTERRUPT) == memory.traced.count(CONT) + 1
    assert memory.traced[-1] == DETACH
    assert sum(each.count for each in found.frame_samples) == 2


def test_a_process_that_cannot_be_stopped_is_the_reason(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.may_trace = False
    found = seen(memory, monkeypatch, stopping=True)
    assert found.error == peek.NO_STOPPING


def answers(memory: MadeMemory, monkeypatch: pytest.MonkeyPatch, told: bytes) -> list[bytes]:
    monkeypatch.setattr(peek, "libc", lambda: memory)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(told)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=(out := io.BytesIO())))
    main()
    return out.getvalue().splitlines(keepends=True)


def test_each_target_has_one_line_for_an_answer(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = msgspec.json.encode(target()) + b"\n" + END
    started, *lines = answers(memory, monkeypatch, asked + asked)
    assert started == STARTED
    assert [msgspec.json.decode(line, type=SampleCounts) for line in lines] == [
        SampleCounts(frame_samples=())
    ] * 2


def test_it_ends_with_its_input_and_with_the_process(
    memory: MadeMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answers(memory, monkeypatch, b"") == [STARTED]
    waits_with(monkeypatch, GONE)
    asked = msgspec.json.encode(target(stopping=True)) + b"\n" + SAMPLE
    assert answers(memory, monkeypatch, asked) == [STARTED]
