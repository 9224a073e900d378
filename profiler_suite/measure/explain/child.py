"""The child process that explains one function, and the parent's end of the pipe to it.

Whatever the function does, prints or reads stays in the child; when it dies,
its parent says so in one sentence.
"""

import contextlib
import math
import os
import sys
import threading
import traceback
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

import msgspec

from profiler_suite import child, units
from profiler_suite.errors import FunctionError, ProfilerSuiteError, UsageError
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
from profiler_suite.measure.explain.time_plan import NO_TIME, TimePlan
from profiler_suite.measure.explain.ways.records import WayRecord, WayRequest
from profiler_suite.model.noun import to_json
from profiler_suite.model.trial import CHECKED, TrialKind
from profiler_suite.model.way import Way

if TYPE_CHECKING:
    from profiler_suite.measure.explain.guard import FunctionGuard
    from profiler_suite.measure.explain.subject import Subject
    from profiler_suite.workloads.user_function import FunctionCall

# A function that is stopped gets this long to tell where it was.
_GRACE_S = 5.0
_LEAST_S = 0.1
# Arguments of more than this share of the memory are not loaded twice.
_ROOM_FOR_TWO = 0.1

# Where what is checked is run beside the original: a new process, and a limit.
_TRIAL_LIMIT_S = 10.0
_TRIAL_LIMIT_EVALUATIONS = 60

# Another way may have to load a library and to compile by it.
_WAY_LIMIT_S = 150.0
UNREPEATABLE = "two calls with equal arguments give different answers: none can be checked"
TOO_LARGE = "its arguments are too large to be there twice"

Reply = LoadReply | FunctionRecord | TrialResult | WayRecord
Answer = Reply | FailureReply | Stage


class ServingProcess(Protocol):
    """A process that answers requests for one function."""

    requests: BinaryIO
    answers: BinaryIO

    def end(self) -> None:
        """End it, whatever it does."""

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""

    def close(self) -> None:
        """End it, wait for it, and close the pipes to it."""


class StartedProcess:
    """A new Python process, which loads the function by its name."""

    def __init__(
        self,
        module: str = "profiler_suite.measure.explain.child",
        *arguments: str,
        python: str = "",
        **options: Any,
    ) -> None:
        """`options` are those of subprocess.Popen; `python` is another interpreter."""
        self._process = child.start(module, *arguments, python=python, **options)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self.answers: BinaryIO = self._process.stdout  # type: ignore[assignment]

    def end(self) -> None:
        """End it, whatever it does."""
        child.end(self._process)

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""
        return child.how_it_ended(self._process)

    def close(self) -> None:
        """End it, wait for it, and close the pipes to it."""
        child.close(self._process)


class ExplainChild:
    """A child that holds one function: explains it once, then tries what it is asked to.

    Made, it has loaded function and arguments; a usage error tells what is wrong with them.
    `start` gives it another process than a new one that loads the function by its name. After
    `within_s`, if any, it is stopped.
    """

    def __init__(
        self,
        ask: LoadRequest,
        tell: Callable[[str], None],
        start: Callable[[], ServingProcess] = StartedProcess,
        within_s: float = 0.0,
    ) -> None:
        self._ask = ask
        self._start = start
        self._begin = ExplainRequest(
            effort=ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
        )
        self._fresh: ExplainChild | None = None
        self._plan = TimePlan()
        self._target = ask.target
        self._tell = tell
        self._until_s = monotonic() + within_s if within_s else math.inf
        self._process = start()
        self._decoder = msgspec.json.Decoder(Answer)
        self._stage = Stage(text="its start")
        self._expired = self._stopped = False
        self._end = threading.Timer(self._left_s() if within_s else 0.0, self._stop)
        self._end.daemon = True
        if within_s:
            self._end.start()
        self._room_for_two = True
        self._repeatable = True
        self._trial_limit_s = _TRIAL_LIMIT_S
        self.loaded = LoadReply()
        """What was loaded."""
        try:
            loaded = self._request(ask)
        except BaseException:
            self.close()
            raise
        assert isinstance(loaded, LoadReply)
        self.loaded = loaded

    def __enter__(self) -> "ExplainChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def explain(
        self, effort: ExplainEffort, threads: int = 1, *, copy: bool = True
    ) -> FunctionRecord:
        """All passes over the function."""
        self._plan = TimePlan(effort.budget_s)
        self._begin = ExplainRequest(effort=effort, threads=threads, copy=copy)
        found = self._request(self._begin)
        assert isinstance(found, FunctionRecord)
        self._begin = msgspec.structs.replace(self._begin, passes=False, first_s=found.cold_s)
        self._plan.returned(found.cold_s)
        small = found.argument_bytes < _ROOM_FOR_TWO * (effort.memory_bytes or math.inf)
        self._room_for_two = small
        self._repeatable = found.repeatable
        self._trial_limit_s = (
            _TRIAL_LIMIT_S + _TRIAL_LIMIT_EVALUATIONS * found.breakdown_record.plain_s
        )
        return found

    def begin(self, effort: ExplainEffort, threads: int = 1) -> None:
        """Measure nothing yet: what is to be tried comes next."""
        self._request(ExplainRequest(effort=effort, threads=threads, passes=False))

    def ask(self, trial: Trial, limit_s: float) -> TrialResult:
        """Try this; a process that gives no answer within the limit is ended."""
        found = self._limited(TrialRequest(trial=trial), limit_s)
        assert isinstance(found, TrialResult)
        return found

    def race(self, trial: Trial, effort: ExplainEffort, threads: int = 1) -> TrialResult:
        """Nothing but this trial, in a process in which nothing was measured yet."""
        self.begin(effort, threads)
        found = self._request(TrialRequest(trial=trial))
        assert isinstance(found, TrialResult)
        return found

    def attempt(self, trial: Trial) -> TrialResult:
        """Try one thing on the machine."""
        refusal = self._plan.refusal(trial)
        if refusal is None and self._stopped:
            refusal = _not_tried(trial)
        if refusal is not None:
            return refusal
        self._tell(f"trying {trial.kind}")
        begun = monotonic()
        try:
            return self._attempt(trial)
        except FunctionError:
            if self._stopped:  # what was measured before stands
                return _not_tried(trial)
            raise
        finally:
            self._plan.tried(monotonic() - begun)

    def _stop(self) -> None:
        """Its time is over: what was measured stands, nothing more is tried."""
        self._stopped = True
        self._process.end()

    def _left_s(self) -> float:
        return max(_LEAST_S, self._until_s - monotonic())

    def _attempt(self, trial: Trial) -> TrialResult:
        if trial.kind in CHECKED and self._room_for_two:
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

    def try_way(self, way: Way) -> WayRecord:
        """Measure another way to run it, in a process of its own: libraries stay apart."""
        reason = self._plan.beyond_budget() or (NO_TIME if self._stopped else "")
        if not reason and not self._repeatable:
            reason = UNREPEATABLE
        if reason or not self._room_for_two:
            return WayRecord(way=way, reason=reason or TOO_LARGE)
        self._tell(f"trying {way.text}")
        begun = monotonic()
        within_s = 0.0 if self._until_s == math.inf else self._left_s()
        try:
            with ExplainChild(self._ask, lambda text: None, self._start, within_s) as apart:
                apart._request(self._begin)
                limit_s = _WAY_LIMIT_S + self._trial_limit_s
                found = apart._limited(WayRequest(way=way), limit_s)
        except ProfilerSuiteError as error:  # compiled code may even end its process
            return WayRecord(way=way, reason=str(error))
        finally:
            self._plan.tried(monotonic() - begun)
        assert isinstance(found, WayRecord)
        return found

    def _fresh_child(self) -> "ExplainChild":
        """Another child, in which nothing has been measured yet.

        What the passes leave on the heap spares a function's temporaries the page
        faults that they have on their own: buffers seemed to gain nothing.
        """
        if self._fresh is None:
            within_s = 0.0 if self._until_s == math.inf else self._left_s()
            self._fresh = ExplainChild(self._ask, lambda text: None, self._start, within_s)
            self._fresh._request(self._begin)
        return self._fresh

    def _limited(self, wish: TrialRequest | WayRequest, seconds: float) -> Reply:
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

    def _request(
        self, request: LoadRequest | ExplainRequest | TrialRequest | WayRequest
    ) -> Reply:
        with contextlib.suppress(OSError):
            self._process.requests.write(msgspec.json.encode(request) + b"\n")
            self._process.requests.flush()
        hanging = threading.Timer(0.0, self._expire)
        try:
            for line in self._process.answers:
                answer = self._decoder.decode(line)
                hanging.cancel()
                if isinstance(answer, Stage):
                    if _with_time_left(answer) != _with_time_left(self._stage):
                        self._tell(_with_time_left(answer))
                    self._stage = answer
                    if answer.limit_s:
                        hanging = threading.Timer(answer.limit_s + _GRACE_S, self._expire)
                        hanging.daemon = True
                        hanging.start()
                elif isinstance(answer, FailureReply):
                    raise _error(answer)
                else:
                    found: Reply = answer
                    return found
        finally:
            hanging.cancel()
        raise self._ended()

    def _expire(self) -> None:
        """Compiled code that never comes back to the interpreter cannot stop itself."""
        self._expired = True
        self._process.end()

    def _ended(self) -> FunctionError:
        """What is known of a child that gives no more answers."""
        stage = self._stage
        if self._stopped:
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
        self._end.cancel()
        if self._fresh is not None:
            self._fresh.close()
        self._process.close()


def _not_tried(trial: Trial) -> TrialResult:
    reason = f"not tried: {NO_TIME}"
    return TrialResult(trial=trial, before=(), after=(), same=False, reason=reason)


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


Loading = Callable[[LoadRequest], tuple["FunctionCall", LoadReply]]


def _loaded(ask: LoadRequest) -> "tuple[FunctionCall, LoadReply]":
    from profiler_suite.workloads import sizes, user_function

    if ask.size < 0:
        return user_function.load(ask.target, ask.setup, ask.dtype), LoadReply()
    called, found = sizes.load(ask.target, ask.setup, ask.size, ask.other)
    return called, LoadReply(
        sizes=found,
        file=user_function.file_of(called.function),
        line=user_function.line_of(called.function),
    )


def _serve(load: Loading, requests: BinaryIO, output: BinaryIO) -> None:
    from profiler_suite.measure.explain.guard import FunctionGuard
    from profiler_suite.workloads import user_function

    def answer(message: Answer) -> None:
        send(output, to_json(message))

    ask = msgspec.json.decode(requests.readline(), type=LoadRequest)
    try:
        with FunctionGuard(ask.target, ask.timeout_s, answer) as guard:
            guard.own_process()
            _answer_all(ask, load, guard, requests, answer)
    except ProfilerSuiteError as error:
        usage = not isinstance(error, FunctionError)
        answer(FailureReply(usage=usage, reason=str(error)))
    except MemoryError as error:
        answer(FailureReply(usage=False, reason=f"there is not enough memory: {error}"))
    except SystemExit as error:
        told = user_function.failure(error, ask.target)
        answer(FailureReply(usage=False, reason=str(told)))
    except KeyboardInterrupt:
        answer(FailureReply(usage=False, reason="interrupted", interrupted=True))
    except Exception:  # noqa: BLE001 - whoever asked has a place for it
        defect = traceback.format_exc()
        answer(FailureReply(usage=False, reason="a defect", defect=defect))


def _answer_all(
    ask: LoadRequest,
    load: Loading,
    guard: "FunctionGuard",
    requests: BinaryIO,
    answer: Callable[[Answer], None],
) -> None:
    from profiler_suite.measure.explain.guard import LOADING
    from profiler_suite.measure.explain.subject import Subject

    # Before the function is loaded, which may leave nothing to import with.
    begun = _one_side() if ask.alone else _all_passes()
    measure = None if ask.alone else _other_ways()
    with guard.one_call(LOADING):
        called, loaded = load(ask)
    answer(loaded)
    begin = msgspec.json.decode(requests.readline() or b"null", type=ExplainRequest | None)
    if begin is None:  # nobody wants to know any more
        return
    subject = Subject(called, begin.effort, begin.threads, copy=begin.copy, guard=guard)
    first, attempt = begun(subject, begin)
    answer(first)
    for line in requests:
        wish = msgspec.json.decode(line, type=TrialRequest | WayRequest)
        if isinstance(wish, TrialRequest):
            answer(attempt(wish.trial))
        else:
            assert measure is not None
            answer(measure(subject, wish.way))


def _all_passes() -> "Beginning":
    """What explains a function, and tries whatever is asked for then."""
    from profiler_suite.measure.explain import passes, racing, trials

    def begin(subject: "Subject", asked: ExplainRequest) -> "tuple[Answer, Attempting]":
        explained = passes.explain(subject) if asked.passes else None
        operations = explained.operations if explained else ()
        if explained is None:
            subject.guard.returned(asked.first_s)

        def attempt(trial: Trial) -> TrialResult:
            if trial.kind is TrialKind.RACE:
                return racing.attempt(subject, trial)
            return trials.attempt(subject, operations, trial)

        return explained or LoadReply(), attempt

    return begin


def _other_ways() -> "Callable[[Subject, Way], WayRecord]":
    """What measures another way to run a function."""
    from profiler_suite.measure.explain.ways import measuring

    return measuring.measure


def _one_side() -> "Beginning":
    """What calls a function alone: another interpreter need not have more for it."""
    from profiler_suite.measure.explain.alone import FunctionAlone

    return lambda subject, _: (LoadReply(), FunctionAlone(subject).attempt)


Attempting = Callable[[Trial], TrialResult]
Beginning = Callable[["Subject", ExplainRequest], tuple[Answer, Attempting]]


def serve_call(load: Loading, requests: BinaryIO, output: BinaryIO) -> None:
    """Answer requests for the function that `load` gives, until there are no more."""
    try:
        _serve(load, requests, output)
    except OSError:  # nobody hears it any more, or the function has closed its pipe
        os._exit(1)


def main() -> None:
    """Serve on standard input and output; the function's own go elsewhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    output = answers_alone(nothing)
    requests = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    os.dup2(nothing, sys.stdin.fileno())
    os.dup2(nothing, sys.stderr.fileno())
    serve_call(_loaded, requests, output)


if __name__ == "__main__":
    main()
