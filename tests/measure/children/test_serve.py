"""The kit of the children: answers go out alone, a child that cannot be understood is ended."""

import io
import subprocess
import sys

import msgspec
import pytest

from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.children.serve import READY, send
from profiler_suite.model.rows import Status

_CHILD = """
import os
from profiler_suite.measure.children.serve import enter, serve
from profiler_suite.model.noun import Noun

class Echo(Noun, frozen=True):
    text: str

def opened(opening):
    print("noise of Python", flush=True)
    os.write(1, b"noise of a library\\n")
    enter(())
    return lambda line: Echo(text=(opening + line).decode().replace("\\n", ""))

serve(opened)
"""
_TRACED = "profiler_suite.measure.planning.traced_cost"


def test_each_line_has_one_answer_and_what_else_is_printed_goes_to_standard_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=b"a\nb\nc\n", capture_output=True, check=True
    )
    assert done.stdout.splitlines() == [b"ready", b'{"text":"ab"}', b'{"text":"ac"}']
    assert done.stderr.splitlines() == [b"noise of Python", b"noise of a library"]


def test_a_parent_that_has_gone_before_the_first_line_is_no_error_of_the_child() -> None:
    code = _CHILD.replace(
        "serve(opened)", "import sys\ntry: serve(opened)\nexcept BrokenPipeError: sys.exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"", capture_output=True)
    assert done.returncode == 7


def test_a_child_that_does_not_start_is_ended_and_says_why() -> None:
    with pytest.raises(ChildDiedError) as died:
        Conversation.opened("profiler_suite.measure.no_such_module", {})
    assert died.value.status is Status.CRASHED


def test_an_answer_that_cannot_be_read_ends_the_child() -> None:
    talk = Conversation(_TRACED)
    with pytest.raises(ChildDiedError, match="cannot be read"):
        talk.ask_for((), msgspec.json.Decoder(int), 60.0)  # the first answer is no JSON
    assert talk._process.poll() is not None


def test_a_line_goes_out_whole_and_at_once() -> None:
    class Output(io.BytesIO):
        flushed = b""

        def flush(self) -> None:
            self.flushed = self.getvalue()

    output = Output()
    send(output, READY)
    assert output.flushed == b"ready\n"
    send(output, b"")
    assert output.flushed == b"ready\n\n"
