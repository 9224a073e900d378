"""The child process that explains one function, and the parent's end of the pipe to it.

Whatever the function does, prints or reads stays in the child; when it dies,
its parent says so in one sentence.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from profiler_suite import child
from profiler_suite.errors import FunctionError, ProfilerSuiteError, UsageError
from profiler_suite.measure.explained import (
    Ask,
    Explained,
    Failed,
    Stage,
    Trial,
    Tried,
    Wish,
)
from profiler_suite.model import to_json

Answer = Explained | Failed | Stage | Tried


class ExplainChild:
    """A child that holds one function: explains it once, tries what it is told to."""

    def __init__(self, ask: Ask, tell: Callable[[str], None]) -> None:
        self._target = ask.target
        self._tell = tell
        self._process = child.start("profiler_suite.measure.explain_child")
        self._decoder = msgspec.json.Decoder(Answer)
        self._stage = "its start"
        try:
            found = self._request(ask)
        except BaseException:
            self.close()
            raise
        assert isinstance(found, Explained)
        self.explained = found

    def __enter__(self) -> "ExplainChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def attempt(self, trial: Trial) -> Tried:
        """Try one thing on the machine."""
        self._tell(f"trying {trial.kind}")
        found = self._request(Wish(trial=trial))
        assert isinstance(found, Tried)
        return found

    def _request(self, request: Ask | Wish) -> Explained | Tried:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(msgspec.json.encode(request) + b"\n")
            self._process.stdin.flush()
        for line in self._process.stdout:
            answer = self._decoder.decode(line)
            if isinstance(answer, Stage):
                self._stage = answer.text
                self._tell(answer.text)
            elif isinstance(answer, Failed):
                raise (UsageError if answer.usage else FunctionError)(answer.reason)
            else:
                found: Explained | Tried = answer
                return found
        raise FunctionError(
            f"{self._target} could not be explained: {child.how_it_ended(self._process)} "
            f"during {self._stage}; "
            "smaller arguments may tell whether it needs too much memory"
        )

    def close(self) -> None:
        """End the child and wait for it."""
        child.end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _serve(requests: BinaryIO, output: BinaryIO) -> None:
    from profiler_suite.measure import trials
    from profiler_suite.measure.explaining import Subject
    from profiler_suite.workloads import user_function

    def answer(message: Answer) -> None:
        output.write(to_json(message) + b"\n")
        output.flush()

    ask = msgspec.json.decode(requests.readline(), type=Ask)
    answer(Stage(text=f"loading {ask.target}"))
    try:
        called = user_function.load(ask.target, ask.setup, ask.dtype)
        subject = Subject(called, ask.effort, ask.threads, copy=ask.copy)
        explained = subject.explain(lambda text: answer(Stage(text=text)))
    except ProfilerSuiteError as error:
        usage = not isinstance(error, FunctionError)
        answer(Failed(usage=usage, reason=str(error)))
        return
    except MemoryError as error:
        answer(Failed(usage=False, reason=f"there is not enough memory: {error}"))
        return
    answer(explained)
    for line in requests:
        wish = msgspec.json.decode(line, type=Wish)
        answer(trials.attempt(subject, explained, wish.trial))


def main() -> None:
    """Serve on standard input and output; the function's own go elsewhere."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(nothing, sys.stdout.fileno())
    _serve(requests, output)


if __name__ == "__main__":
    main()
