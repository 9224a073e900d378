"""Whatever becomes of the process at the other end is a sentence."""

import socket
import struct
from typing import BinaryIO

import pytest

from profiler_suite.errors import FunctionError
from profiler_suite.measure.explain.pipe import FunctionPipe
from profiler_suite.measure.explain.records import LoadReply, LoadRequest
from profiler_suite.model.noun import to_json

ASK = LoadRequest(target="a.py:f")


class Answering:
    """Both ends of a connection, of which the other one can be closed at once."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self.requests: BinaryIO = self._ours.makefile("wb")
        self.answers: BinaryIO = self._ours.makefile("rb")

    def end(self) -> None:
        """It is killed with a request unread: the other end is reset, not closed."""
        self.theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.theirs.close()

    def how_it_ended(self) -> str:
        return "its process was killed by SIGKILL"

    def close(self) -> None:
        self.requests.close()
        self.answers.close()
        self._ours.close()


@pytest.mark.parametrize("written", [b"", b'{"half of an ans'])
def test_a_process_that_is_killed_with_a_request_unread_has_ended(written: bytes) -> None:
    process = Answering()
    pipe = FunctionPipe(process, "a.py:f", lambda text: None)
    pipe.send(ASK)
    process.theirs.sendall(written)
    process.end()
    with pytest.raises(FunctionError, match="killed by SIGKILL during its start"):
        pipe.answer()
    pipe.close()


def test_one_that_was_stopped_says_that_its_time_was_over() -> None:
    process = Answering()
    pipe = FunctionPipe(process, "a.py:f", lambda text: None)
    pipe.send(ASK)
    pipe.stop()
    with pytest.raises(FunctionError, match="its time was over"):
        pipe.answer()
    pipe.close()


def test_answers_come_one_after_the_other() -> None:
    process = Answering()
    pipe = FunctionPipe(process, "a.py:f", lambda text: None)
    process.theirs.sendall(2 * (to_json(LoadReply()) + b"\n"))
    assert [pipe.request(ASK), pipe.request(ASK)] == [LoadReply(), LoadReply()]
    assert pipe.unanswered == 0
    process.theirs.close()
    pipe.close()
