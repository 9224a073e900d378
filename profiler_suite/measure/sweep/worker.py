"""The child process that times: thin, one visit at a time, whatever its parent asks for."""

import signal
import sys
import traceback
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, NamedTuple

import msgspec

from profiler_suite import units
from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.children.serve import enter, serve
from profiler_suite.measure.sweep.protocol import (
    Completion,
    ErrorReply,
    PrepareRequest,
    Reply,
    Request,
    VisitReply,
    VisitRequest,
    WorkerSetup,
)
from profiler_suite.measure.threads import NativeThreads
from profiler_suite.model.experiment import Point, Problem
from profiler_suite.model.rows import Status, Visit, WorkerRecord
from profiler_suite.workloads import registry, verification

_LARGEST = 1e30


class _Ready(NamedTuple):
    """A prepared point."""

    point: Point
    call: Callable[..., Any]
    prepared: timing.PreparedCall
    canaries: dict[str, canary.Canary]
    untimed: int


class TimingWorker:
    """Holds the data and the prepared calls of all points of one worker process."""

    def __init__(self, begin: WorkerSetup) -> None:
        self._held = bytearray(begin.heap_bytes)
        enter(begin.files)
        self._seed = begin.seed
        self._epoch_ns = begin.epoch_ns
        self._canaries = {name: canary.make(name) for name in begin.canary_names}
        self._threads = NativeThreads()
        self._arguments: dict[str, tuple[Any, ...]] = {}
        self._check: tuple[str, verification.ProblemCheck | None] = ("", None)
        self._points: dict[str, _Ready] = {}

    def prepare(self, request: PrepareRequest) -> WorkerRecord:
        """Make data, check, warm up and calibrate one point."""
        point, worker = request.point, request.worker
        implementation = registry.run_by(point)
        threads = self._threads.limit(point.threads)
        arguments = self._arguments_of(point.problem)
        call = registry.ready(implementation, arguments)
        largest_error = error_bound = cold_s = 0.0
        if request.check:
            # The first call of this process is the one that is checked: time it as it passes.
            first = timing.Stopwatch(call)
            verdict = self._check_of(point.problem, arguments).check(
                msgspec.structs.replace(implementation, function=first)
            )
            cold_s = first.last_s
            largest_error = _finite(verdict.largest_error)
            error_bound = _finite(verdict.error_bound)
            if not verdict.right:
                self._check = ("", None)  # it may have changed the arguments
                return WorkerRecord(
                    point=point.id,
                    worker=worker,
                    status=Status.WRONG,
                    reason=verdict.reason,
                    largest_error=largest_error,
                    error_bound=error_bound,
                )
            # The first call may have loaded a library with threads of its own.
            threads = self._threads.limit(point.threads)
        exceeded = {name: used for name, used in threads.items() if used != point.threads}
        if exceeded:
            said = ", ".join(f"{name} uses {used}" for name, used in exceeded.items())
            return WorkerRecord(
                point=point.id,
                worker=worker,
                status=Status.FAILED,
                reason=f"asked for {units.some(point.threads, 'thread')}, but {said}",
                threads_by_library=threads,
            )
        prepared = timing.prepare(call, arguments, known=request.evaluations)
        canaries = {name: self._canaries[name] for name in request.canaries}
        self._points[point.id] = _Ready(point, call, prepared, canaries, request.untimed)
        return WorkerRecord(
            point=point.id,
            worker=worker,
            status=Status.OK,
            cold_s=cold_s or prepared.cold_s,
            evaluations=prepared.evaluations,
            threads_by_library=threads,
            largest_error=largest_error,
            error_bound=error_bound,
        )

    def take(self, point_id: str) -> Visit:
        """One visit of one prepared point."""
        point, call, prepared, canaries, untimed = self._points[point_id]
        arguments = self._arguments_of(point.problem)
        self._threads.limit(point.threads)
        at_s = (perf_counter_ns() - self._epoch_ns) * 1e-9
        found = timing.visit(call, arguments, prepared, canaries, untimed=untimed)
        return Visit(
            point=point_id,
            at_s=at_s,
            sample_times_s=found.samples_s,
            canaries_s=found.canaries_s,
            minor_faults=found.minor_faults,
            lost_s=found.lost_s,
        )

    def _arguments_of(self, problem: Problem) -> tuple[Any, ...]:
        key = _key(problem)
        if key not in self._arguments:
            workload = registry.find_workload(problem.workload)
            self._arguments[key] = workload.arguments(problem, self._seed)
        return self._arguments[key]

    def _check_of(
        self, problem: Problem, arguments: tuple[Any, ...]
    ) -> verification.ProblemCheck:
        # One at a time: points come ordered by problem, and references can be large.
        key, held = self._check
        if held is None or key != _key(problem):
            reference = verification.reference_of(problem, arguments)
            held = verification.ProblemCheck(problem, arguments, reference)
            self._check = (_key(problem), held)
        return held


def _finite(error: float) -> float:
    """JSON has no other numbers."""
    return error if abs(error) <= _LARGEST else _LARGEST


def _key(problem: Problem) -> str:
    return msgspec.json.encode(problem).decode()


def _reason(error: BaseException) -> str:
    """One line: the exception and the innermost line of the code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}{where}"


def _outcome(error: Exception, point: Point) -> tuple[Status, str]:
    """What the other environment has not installed is no failure of the code."""
    if point.environment and isinstance(error, ModuleNotFoundError):
        return Status.SKIPPED, f"{sys.executable} has no module {error.name!r}"
    return Status.FAILED, _reason(error)


def _opened(opening: bytes) -> Callable[[bytes], Reply]:
    """A worker for a WorkerSetup, which answers every request."""
    worker = TimingWorker(msgspec.json.decode(opening, type=WorkerSetup))
    decoder = msgspec.json.Decoder(Request)

    def answer(line: bytes) -> Reply:
        request = decoder.decode(line)
        # What a user's implementation raises is a result about that implementation.
        try:
            if isinstance(request, VisitRequest):
                return VisitReply(visit=worker.take(request.point))
            return Completion(record=worker.prepare(request))
        except Exception as error:  # noqa: BLE001
            if isinstance(request, VisitRequest):
                return ErrorReply(reason=_reason(error))
            status, reason = _outcome(error, request.point)
            return Completion(
                record=WorkerRecord(
                    point=request.point.id,
                    worker=request.worker,
                    status=status,
                    reason=reason,
                )
            )

    return answer


def main() -> None:
    """Serve until the parent, who decides when to stop, closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(_opened)


if __name__ == "__main__":
    main()
