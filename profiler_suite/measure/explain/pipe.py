"""The parent's end of the pipes to a child that serves one function.

What the child was last doing is kept: when it dies, or gives no answer in time, one sentence
says so.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

import msgspec

from profiler_suite import units
from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.guarding.patience import Patience
from profiler_suite.measure.explain.records import (
    ExplainRequest,
    FailureReply,
    FirstLook,
    FunctionRecord,
    LoadRequest,
    Stage,
    TrialRequest,
)
from profiler_suite.measure.explain.serving_process import Answer, Reply, ServingProcess
from profiler_suite.measure.explain.ways.records import WayRequest


class FunctionPipe:
    """Requests to one child and its answers; `target` is what the function is called."""

    def __init__(
        self, process: ServingProcess, target: str, tell: Callable[[str], None]
    ) -> None:
        self._process = process
        self._target = target
        self._tell = tell
        self._decoder = msgspec.json.Decoder(Answer)
        self._stage = Stage(text="its start")
        self._expired = False
        self.unanswered = 0
        """Requests that were sent and whose answers were not read yet."""
        self.first_look: Callable[[FunctionRecord], None] | None = None
        """Told what is known of the function long before all passes over it are done."""
        self.stopped = False
        """Whether its time is over: what was measured stands, nothing more is tried."""

    def stop(self) -> None:
        """End it, because its time is over."""
        self.stopped = True
        self._process.end()

    def limited(self, wish: TrialRequest | WayRequest, seconds: float) -> Reply:
        """The answer within so many seconds: a rewrite may never come back."""
        last_resort = threading.Timer(seconds, self._expire)
        last_resort.start()
        try:
            return self.request(wish)
        except FunctionError as error:
            if self._expired:
                raise FunctionError(f"it did not end within {seconds:.0f} s") from error
            raise
        finally:
            last_resort.cancel()

    def request(
        self, request: LoadRequest | ExplainRequest | TrialRequest | WayRequest
    ) -> Reply:
        """The answer; an error says what the child could not do, or how it ended."""
        self.send(request)
        return self.answer()

    def send(self, request: LoadRequest | ExplainRequest | TrialRequest | WayRequest) -> None:
        """Ask without waiting: `answer` gives one answer after the other."""
        self.unanswered += 1
        with contextlib.suppress(OSError):
            self._process.requests.write(msgspec.json.encode(request) + b"\n")
            self._process.requests.flush()

    def answer(self) -> Reply:
        """To the first request that has none yet."""
        self.unanswered -= 1
        hanging = Patience(Stage(text=""), self._expire)
        try:
            for line in self._lines():
                answer = self._decoder.decode(line)
                hanging.cancel()
                if isinstance(answer, Stage):
                    if _with_time_left(answer) != _with_time_left(self._stage):
                        self._tell(_with_time_left(answer))
                    self._stage = answer
                    hanging = Patience(answer, self._expire)
                elif isinstance(answer, FirstLook):
                    if self.first_look is not None:
                        self.first_look(answer.record)
                elif isinstance(answer, FailureReply):
                    raise _error(answer)
                else:
                    found: Reply = answer
                    return found
        finally:
            hanging.cancel()
        raise self._ended()

    def _lines(self) -> Iterator[bytes]:
        """Whole lines until its end; a socket resets when its process is killed."""
        with contextlib.suppress(ConnectionError):
            for line in self._process.answers:
                if line.endswith(b"\n"):
                    yield line

    def _expire(self) -> None:
        """Compiled code that never comes back to the interpreter cannot stop itself."""
        self._expired = True
        self._process.end()

    def _ended(self) -> FunctionError:
        """What is known of a child that gives no more answers."""
        stage = self._stage
        if self.stopped:
            return FunctionError(
                f"{self._target} was stopped while {stage.text}: its time was over (--budget "
                "SECONDS gives more)"
            )
        ended = self._process.how_it_ended()
        if self._expired:
            return FunctionError(
                f"{self._target} was stopped in compiled code while {stage.text}: no answer "
                f"after {units.duration(stage.limit_s)} (--timeout SECONDS sets the longest "
                "wait)"
            )
        return FunctionError(
            f"{self._target} could not be explained: {ended} during {stage.text}"
        )

    def close(self) -> None:
        """End the child and wait for it."""
        self._process.close()


def _with_time_left(stage: Stage) -> str:
    if not stage.left_s:
        return stage.text
    return f"{stage.text}, about {units.duration(stage.left_s)} left"


def _error(reply: FailureReply) -> BaseException:
    if reply.interrupted:
        return KeyboardInterrupt()
    if reply.defect:
        return RuntimeError(f"in the process that explains:\n{reply.defect}")
    return (UsageError if reply.usage else FunctionError)(reply.reason)
