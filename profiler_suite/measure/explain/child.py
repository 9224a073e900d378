"""The child process that explains one function, and the parent's end of the pipe to it.

Whatever the function does, prints or reads stays in the child; when it dies,
its parent says so in one sentence.
"""

import contextlib
import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from profiler_suite import child
from profiler_suite.errors import FunctionError, ProfilerSuiteError, TimeUp, UsageError
from profiler_suite.measure.children.serve import answers_alone, send
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    ExplainRequest,
    FailureReply,
    FunctionRecord,
    LoadReply,
    LoadRequest,
    Stage,
    Trial,
    TrialRequest,
    TrialResult,
)
from profiler_suite.model.noun import to_json
from profiler_suite.model.trace import Operation

_LOADING, _FIRST_CALL = "loading", "the first call"
_BEFORE_IT_RETURNED = (_LOADING, _FIRST_CALL)
# A function that is stopped gets this long to tell where it was.
_GRACE_S = 5.0
# Arguments of more than this share of the memory are not loaded twice.
_ROOM_FOR_TWO = 0.1

# What is run beside the original: a new process, and a limit.
_CHECKED = ("rewrite", "arguments", "compiled")
_TRIAL_LIMIT_S = 10.0
_TRIAL_LIMIT_EVALUATIONS = 60

Answer = FunctionRecord | FailureReply | LoadReply | Stage | TrialResult


class ExplainChild:
    """A child that holds one function: explains it once, tries what it is told to.

    Made, it has loaded function and arguments; a usage error tells what is wrong with them.
    """

    def __init__(self, ask: LoadRequest, tell: Callable[[str], None]) -> None:
        self._ask = ask
        self._begin = ExplainRequest(
            effort=ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
        )
        self._fresh: ExplainChild | None = None
        self._target = ask.target
        self._timeout_s = ask.timeout_s
        self._tell = tell
        self._process = child.start("profiler_suite.measure.explain.child")
        self._decoder = msgspec.json.Decoder(Answer)
        self._stage = "its start"
        self._expired = False
        self._room_for_two = True
        self._trial_limit_s = _TRIAL_LIMIT_S
        try:
            self._in_time(ask)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "ExplainChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def explain(
        self, effort: ExplainEffort, threads: int = 1, *, copy: bool = True
    ) -> FunctionRecord:
        """All passes over the function."""
        self._begin = ExplainRequest(effort=effort, threads=threads, copy=copy)
        found = self._in_time(self._begin)
        assert isinstance(found, FunctionRecord)
        small = found.argument_bytes < _ROOM_FOR_TWO * (effort.memory_bytes or math.inf)
        self._room_for_two = small
        self._trial_limit_s = (
            _TRIAL_LIMIT_S + _TRIAL_LIMIT_EVALUATIONS * found.breakdown_record.plain_s
        )
        return found

    def attempt(self, trial: Trial) -> TrialResult:
        """Try one thing on the machine."""
        self._tell(f"trying {trial.kind}")
        if trial.kind in _CHECKED and self._room_for_two:
            try:
                found = self._fresh_child()._limited(
                    TrialRequest(trial=trial), self._trial_limit_s
                )
            except ProfilerSuiteError as error:  # a rewrite may even end its process
                if self._fresh is not None:
                    self._fresh.close()
                self._fresh = None
                return TrialResult(
                    trial=trial, before=(), after=(), same=False, reason=str(error)
                )
        else:
            found = self._request(TrialRequest(trial=trial))
        assert isinstance(found, TrialResult)
        return found

    def _fresh_child(self) -> "ExplainChild":
        """Another child, in which nothing has been measured yet.

        What the passes leave on the heap spares a function's temporaries the page
        faults that they have on their own: buffers seemed to gain nothing.
        """
        if self._fresh is None:
            self._fresh = ExplainChild(self._ask, lambda text: None)
            self._fresh._in_time(msgspec.structs.replace(self._begin, passes=False))
        return self._fresh

    def _limited(
        self, wish: TrialRequest, seconds: float
    ) -> LoadReply | FunctionRecord | TrialResult:
        """A rewrite may never come back."""
        last_resort = threading.Timer(seconds, self._expire)
        last_resort.start()
        try:
            return self._request(wish)
        except FunctionError as error:
            if self._expired:
                raise FunctionError(f"it did not end within {seconds:.0f} s") from error
            raise
        finally:
            last_resort.cancel()

    def _in_time(
        self, request: LoadRequest | ExplainRequest
    ) -> LoadReply | FunctionRecord | TrialResult:
        """Compiled code that never comes back to the interpreter cannot stop itself."""
        last_resort = threading.Timer(self._timeout_s + _GRACE_S, self._expire)
        if self._timeout_s:
            last_resort.start()
        try:
            return self._request(request, last_resort.cancel)
        finally:
            last_resort.cancel()

    def _expire(self) -> None:
        self._expired = True
        child.end(self._process)

    def _request(
        self,
        request: LoadRequest | ExplainRequest | TrialRequest,
        once_called: Callable[[], None] = lambda: None,
    ) -> LoadReply | FunctionRecord | TrialResult:
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
                if answer.text not in _BEFORE_IT_RETURNED:
                    once_called()
            elif isinstance(answer, FailureReply):
                if answer.interrupted:
                    raise KeyboardInterrupt
                raise (UsageError if answer.usage else FunctionError)(answer.reason)
            else:
                found: LoadReply | FunctionRecord | TrialResult = answer
                return found
        ended = child.how_it_ended(self._process)
        if self._expired:
            raise FunctionError(
                f"{self._target} was stopped in compiled code: {_too_long(self._timeout_s)}"
            )
        raise FunctionError(
            f"{self._target} could not be explained: {ended} during {self._stage}"
        )

    def close(self) -> None:
        """End the child and wait for it."""
        if self._fresh is not None:
            self._fresh.close()
        child.close(self._process)


def _too_long(seconds: float) -> str:
    return f"no answer after {seconds:g} s (--timeout SECONDS waits longer)"


class _TimeLimit:
    """Raises TimeUp in this process after so many seconds, where signals can do that."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._set = bool(seconds) and hasattr(signal, "setitimer")
        if self._set:
            signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, *_: object) -> None:
        raise TimeUp(_too_long(self._seconds))

    def begin(self) -> None:
        """From now on."""
        if self._set:
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def lift(self) -> None:
        """No limit from now on."""
        if self._set:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _serve(requests: BinaryIO, output: BinaryIO) -> None:
    from profiler_suite.measure.explain import trials
    from profiler_suite.measure.explain.subject import Subject
    from profiler_suite.workloads import user_function

    def answer(message: Answer) -> None:
        send(output, to_json(message))

    ask = msgspec.json.decode(requests.readline(), type=LoadRequest)
    limit = _TimeLimit(ask.timeout_s)
    stage = ""

    def tell(text: str) -> None:
        nonlocal stage
        stage = text
        if text not in _BEFORE_IT_RETURNED:
            limit.lift()
        answer(Stage(text=text))

    tell(_LOADING)
    try:
        limit.begin()
        called = user_function.load(ask.target, ask.setup, ask.dtype)
        limit.lift()
        answer(LoadReply())
        begin = msgspec.json.decode(requests.readline() or b"null", type=ExplainRequest | None)
        if begin is None:  # nobody wants to know any more
            return
        subject = Subject(called, begin.effort, begin.threads, copy=begin.copy)
        operations: tuple[Operation, ...] = ()
        if begin.passes:
            limit.begin()
            explained = subject.explain(tell)
            operations = explained.operations
    except ProfilerSuiteError as error:
        usage = not isinstance(error, FunctionError)
        answer(FailureReply(usage=usage, reason=str(error)))
        return
    except MemoryError as error:
        answer(FailureReply(usage=False, reason=f"there is not enough memory: {error}"))
        return
    except KeyboardInterrupt:
        answer(FailureReply(usage=False, reason="interrupted", interrupted=True))
        return
    except BaseException as error:
        if not user_function.is_of_user(error) and not isinstance(error, SystemExit):
            raise
        told = user_function.failure(error, ask.target)
        late = "" if stage in _BEFORE_IT_RETURNED else f"\n  (while {stage})"
        answer(FailureReply(usage=False, reason=f"{told}{late}"))
        return
    answer(explained if begin.passes else LoadReply())
    for line in requests:
        wish = msgspec.json.decode(line, type=TrialRequest)
        answer(trials.attempt(subject, operations, wish.trial))


def main() -> None:
    """Serve on standard input and output; the function's own go elsewhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    output = answers_alone(nothing)
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    os.dup2(nothing, sys.stdin.fileno())
    errors = os.fdopen(os.dup(sys.stderr.fileno()), "w")
    os.dup2(nothing, sys.stderr.fileno())
    try:
        _serve(requests, output)
    except Exception:
        traceback.print_exc(file=errors)
        raise


if __name__ == "__main__":
    main()
