"""Standard streams take any text, and may go away."""

import errno
import io
import sys
from typing import Any

import pytest

from profiler_suite.cli import streams


class FailingStream(io.StringIO):
    """A stream whose reader has gone, or whose disk is full."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def flush(self) -> None:
        raise OSError(self.number, "it failed")


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.EPIPE, False), (errno.EIO, False), (errno.EBADF, False), (errno.ENOSPC, True)],
)
def test_a_reader_that_has_gone_is_no_failure_and_a_full_disk_is_one(
    monkeypatch: pytest.MonkeyPatch, number: int, told: bool
) -> None:
    monkeypatch.setattr(sys, "stdout", FailingStream(number))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    failed = streams.finish()
    assert (failed is not None) is told


def test_streams_that_take_all_have_not_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert streams.finish() is None


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        ("utf-8", "µ \udcff", b"\xc2\xb5 \xff"),
        ("UTF8", "\udc80", b"\x80"),
        ("ascii", "µ×", b"??"),
        ("latin-1", "µ…", b"\xb5?"),
    ],
)
def test_any_text_can_be_written(
    monkeypatch: pytest.MonkeyPatch, encoding: str, text: str, written: bytes
) -> None:
    kept = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(kept, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    streams.prepare()
    sys.stdout.write(text)
    sys.stdout.flush()
    assert kept.getvalue() == written


def test_a_stream_that_is_not_there_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    streams.prepare()
    made: list[Any] = [sys.stdout, sys.stderr]
    for stream in made:
        stream.write("anything")
        stream.close()


def test_what_is_told_to_nobody_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    streams.tell("anybody?")
