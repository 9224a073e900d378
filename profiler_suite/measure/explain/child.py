"""The parent's end of a child that explains one function: what it is asked, and for how long.

Whatever the function does, prints or reads stays in the child; when it dies,
its parent says so in one sentence.
"""

import math
import threading
from collections.abc import Callable
from statistics import median
from time import monotonic

import msgspec

from profiler_suite.errors import FunctionError, ProfilerSuiteError
from profiler_suite.measure.explain.pipe import FunctionPipe
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    ExplainRequest,
    FunctionRecord,
    LoadReply,
    LoadRequest,
    Trial,
    TrialRequest,
    TrialResult,
)
from profiler_suite.measure.explain.serving_process import (
    Reply,
    ServingProcess,
    StartedProcess,
)
from profiler_suite.measure.explain.time_plan import NO_TIME, TimePlan, plan_for, untried
from profiler_suite.measure.explain.ways.records import WayRecord, WayRequest
from profiler_suite.model.trial import CHECKED
from profiler_suite.model.way import Way

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


class ExplainChild:
    """A child that holds one function: explains it once, then tries what it is asked to.

    Made, it has loaded function and arguments; a usage error tells what is wrong with them.
    `start` gives it another process than a new one that loads the function by its name. After
    `within_s`, if any, it is stopped. With `waits` False it is loading when it is made, and
    waited for when it is first asked for something.
    """

    def __init__(
        self,
        ask: LoadRequest,
        tell: Callable[[str], None],
        start: Callable[[], ServingProcess] = StartedProcess,
        within_s: float = 0.0,
        *,
        waits: bool = True,
    ) -> None:
        self._ask = ask
        self._start = start
        self._begin = ExplainRequest(
            effort=ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
        )
        self._fresh: ExplainChild | None = None
        self._plan = TimePlan()
        self._tell = tell
        self._until_s = monotonic() + within_s if within_s else math.inf
        self._pipe = FunctionPipe(start(), ask.target, tell)
        self._end = threading.Timer(self._left_s() if within_s else 0.0, self._pipe.stop)
        self._end.daemon = True
        if within_s:
            self._end.start()
        self._room_for_two = True
        self._repeatable = True
        self._trial_limit_s = _TRIAL_LIMIT_S
        self.loaded = LoadReply()
        """What was loaded."""
        self._pipe.send(ask)
        if waits:
            self.wait()

    def __enter__(self) -> "ExplainChild":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self) -> None:
        """Until everything that it was sent is answered: the function is loaded."""
        try:
            while self._pipe.unanswered:
                answer = self._pipe.answer()
                if isinstance(answer, LoadReply) and self.loaded == LoadReply():
                    self.loaded = answer
        except BaseException:
            self.close()
            raise

    def _request(self, request: ExplainRequest | TrialRequest) -> Reply:
        self.wait()
        return self._pipe.request(request)

    def explain(
        self,
        effort: ExplainEffort,
        threads: int = 1,
        *,
        copy: bool = True,
        first_look: Callable[[FunctionRecord], None] | None = None,
    ) -> FunctionRecord:
        """All passes over the function; `first_look` is told what is known after some."""
        self._plan = plan_for(effort)
        self._begin = ExplainRequest(
            effort=effort, threads=threads, copy=copy, first_look=first_look is not None
        )
        self._pipe.first_look = first_look
        patience = threading.Timer(effort.passes_s, self._pipe.stop)
        patience.daemon = True
        if effort.passes_s:
            patience.start()
        try:
            found = self._request(self._begin)
        finally:
            patience.cancel()
        assert isinstance(found, FunctionRecord)
        self._begin = msgspec.structs.replace(
            self._begin,
            passes=False,
            first_s=found.cold_s,
            iterates=found.iterates,
            changes=found.changes,
        )
        self._plan.returned(found.cold_s, _later_s(found))
        small = found.argument_bytes < _ROOM_FOR_TWO * (effort.memory_bytes or math.inf)
        self._room_for_two = small
        self._repeatable = found.repeatable
        self._trial_limit_s = (
            _TRIAL_LIMIT_S + _TRIAL_LIMIT_EVALUATIONS * found.breakdown_record.plain_s
        )
        return found

    def prepare_trials(self) -> None:
        """Have a fresh process load the function, in which rewrites are going to be tried.

        Nobody waits for it: what is worth trying is found out meanwhile. Nothing is timed then.
        """
        spare = not (self._plan.long or self._pipe.stopped or self._plan.beyond_budget())
        if spare and self._room_for_two:
            self._fresh = self._fresh or self._apart()

    def begin(self, effort: ExplainEffort, threads: int = 1) -> None:
        """Measure nothing yet: what is to be tried comes next."""
        self._begin = ExplainRequest(effort=effort, threads=threads, passes=False)
        self._request(self._begin)

    def ask(self, trial: Trial, limit_s: float) -> TrialResult:
        """Try this; a process that gives no answer within the limit is ended."""
        self.wait()
        found = self._pipe.limited(TrialRequest(trial=trial), limit_s)
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
        if refusal is None and self._pipe.stopped:
            refusal = _not_tried(trial)
        if refusal is not None:
            return refusal
        self._tell(f"trying {trial.kind}")
        begun = monotonic()
        try:
            return self._attempt(trial)
        except FunctionError:
            if self._pipe.stopped:  # what was measured before stands
                return _not_tried(trial)
            raise
        finally:
            self._plan.tried(monotonic() - begun)

    def _left_s(self) -> float:
        return max(_LEAST_S, self._until_s - monotonic())

    def _attempt(self, trial: Trial) -> TrialResult:
        if trial.kind in CHECKED and self._room_for_two:
            try:
                found = self._fresh_child()._pipe.limited(
                    TrialRequest(trial=trial), self._trial_limit_s
                )
            except ProfilerSuiteError as error:  # a rewrite may even end its process
                stopped = self._fresh is not None and self._fresh._pipe.stopped
                if self._fresh is not None:
                    self._fresh.close()
                self._fresh = None
                if stopped:
                    return _not_tried(trial)
                return TrialResult(
                    trial=trial, before=(), after=(), same=False, reason=str(error)
                )
        else:
            self._settle()
            found = self._request(TrialRequest(trial=trial))
        assert isinstance(found, TrialResult)
        return found

    def _settle(self) -> None:
        """A process that is still loading would disturb what is timed here."""
        if self._fresh is not None:
            try:
                self._fresh.wait()
            except ProfilerSuiteError:  # it is told where it is needed
                self._fresh = None

    def try_way(self, way: Way) -> WayRecord:
        """Measure another way to run it, in a process of its own: libraries stay apart."""
        reason = self._plan.beyond_budget() or (NO_TIME if self._pipe.stopped else "")
        if not reason and not self._repeatable:
            reason = UNREPEATABLE
        if reason or not self._room_for_two:
            return WayRecord(way=way, reason=reason or TOO_LARGE)
        self._tell(f"trying {way.text}")
        begun = monotonic()
        try:
            with self._apart() as apart:
                apart.wait()
                limit_s = _WAY_LIMIT_S + self._trial_limit_s
                found = apart._pipe.limited(WayRequest(way=way), limit_s)
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
        self._fresh = self._fresh or self._apart()
        self._fresh.wait()
        return self._fresh

    def _apart(self) -> "ExplainChild":
        """A process of its own that loads the function and then measures nothing."""
        within_s = 0.0 if self._until_s == math.inf else self._left_s()
        apart = ExplainChild(self._ask, lambda text: None, self._start, within_s, waits=False)
        apart._pipe.send(self._begin)
        return apart

    def close(self) -> None:
        """End the child and wait for it."""
        self._end.cancel()
        if self._fresh is not None:
            self._fresh.close()
        self._pipe.close()


def _later_s(found: FunctionRecord) -> float:
    """Time of a call when others were before it, as it passes, s; 0 where none was timed."""
    times = [each for visit in found.visits for each in visit.sample_times_s]
    return median(times) if times else 0.0


def _not_tried(trial: Trial) -> TrialResult:
    return untried(trial, f"not tried: {NO_TIME}")
