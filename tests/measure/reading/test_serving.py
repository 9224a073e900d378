"""A process that reads another: each target is answered in turn, until nobody asks."""

import io
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from profiler_suite.measure.reading import peek, serving
from profiler_suite.measure.reading.protocol import COUNTING, STARTED
from profiler_suite.measure.reading.serving import GoneError
from tests.measure.reading.made_memory import CONTROL, MadeMemory


class Asked(msgspec.Struct):
    number: int


class Streams:
    def __init__(self, text: bytes) -> None:
        self.stdin = io.TextIOWrapper(io.BytesIO(text))
        self.stdout = io.TextIOWrapper(io.BytesIO())


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes, Any], bytes]:
    def run(text: bytes, watch: Any) -> bytes:
        streams = Streams(text)
        monkeypatch.setattr(serving, "sys", streams)
        monkeypatch.setattr(peek, "libc", lambda: "the library")
        monkeypatch.setattr(peek, "sleep_exactly", lambda _: None)
        serving.answer(Asked, watch)
        written = streams.stdout.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue()

    return run


def test_each_target_has_its_answer(answered: Callable[[bytes, Any], bytes]) -> None:
    def watch(library: Any, target: Asked, _next: Callable[[], bytes]) -> dict[str, int]:
        assert library == "the library"
        return {"seen": 2 * target.number}

    found = answered(b'{"number":1}\n{"number":4}\n', watch)
    assert found == STARTED + b'{"seen":2}\n{"seen":8}\n'


def test_a_watch_reads_on_in_the_same_input(answered: Callable[[bytes, Any], bytes]) -> None:
    found = answered(
        b'{"number":1}\nuntil here\n', lambda _library, _target, read: read().decode()
    )
    assert found == STARTED + b'"until here\\n"\n'


@pytest.mark.parametrize("error", [GoneError, BrokenPipeError, KeyboardInterrupt])
def test_it_ends_quietly_when_nobody_is_left(
    error: type[BaseException], answered: Callable[[bytes, Any], bytes]
) -> None:
    def watch(*_: object) -> None:
        raise error

    assert answered(b'{"number":1}\n{"number":2}\n', watch) == STARTED


def test_the_state_of_a_process_is_the_word_at_its_control_address() -> None:
    memory: Any = MadeMemory()
    memory.put(CONTROL, COUNTING)
    assert serving.state_of(memory, 77, CONTROL) == COUNTING
    memory.readable = False
    with pytest.raises(GoneError):
        serving.state_of(memory, 77, CONTROL)
