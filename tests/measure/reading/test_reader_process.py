"""A process that reads this one's frames says when it cannot begin, and when it has ended."""

import os
import signal

import pytest

from profiler_suite.measure.reading import layout, peek
from profiler_suite.measure.reading.protocol import PAUSED
from profiler_suite.measure.reading.reader_process import ReaderProcess

MODULE = "profiler_suite.measure.lines.sampler_process"


@pytest.fixture(autouse=True)
def readable() -> None:
    try:
        peek.libc()
        layout.find()
    except (peek.PeekError, OSError) as error:
        pytest.skip(f"frames cannot be read here: {error}")


def test_it_begins_paused_and_ends_when_closed() -> None:
    reader = ReaderProcess(MODULE, "the reader")
    try:
        assert reader.control[0] == PAUSED
        assert reader.control_address
        os.kill(reader.pid, 0)
    finally:
        reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(reader.pid, 0)


def test_one_that_was_killed_has_ended() -> None:
    reader = ReaderProcess(MODULE, "the reader")
    try:
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(peek.PeekError, match="the reader has ended"):
            reader.answer()
    finally:
        reader.close()


def test_what_is_no_reader_could_not_be_started() -> None:
    with pytest.raises(peek.PeekError, match="the reader could not be started"):
        ReaderProcess("profiler_suite.units", "the reader")
