"""What runs in the child: one function is loaded, and requests for it are answered.

Whatever the function does, prints or reads stays in the child.
"""

import os
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from profiler_suite.errors import FunctionError, ProfilerSuiteError
from profiler_suite.measure.children.serve import answers_alone, send
from profiler_suite.measure.explain.records import (
    ExplainRequest,
    FailureReply,
    FirstLook,
    LoadReply,
    LoadRequest,
    Trial,
    TrialRequest,
    TrialResult,
)
from profiler_suite.measure.explain.serving_process import Answer
from profiler_suite.measure.explain.ways.records import WayRecord, WayRequest
from profiler_suite.model.noun import to_json
from profiler_suite.model.way import Way

if TYPE_CHECKING:
    from profiler_suite.measure.explain.guarding.guard import FunctionGuard
    from profiler_suite.measure.explain.subject import Subject
    from profiler_suite.workloads.user_function import FunctionCall

Loading = Callable[[LoadRequest], tuple["FunctionCall", LoadReply]]


def loaded(ask: LoadRequest) -> "tuple[FunctionCall, LoadReply]":
    """The function that is asked for, with its arguments, by its name."""
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
    from profiler_suite.measure.explain.guarding.guard import FunctionGuard
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
    from profiler_suite.measure.explain.guarding.guard import LOADING
    from profiler_suite.measure.explain.subject import Subject

    # Before the function is loaded, which may leave nothing to import with.
    raced = bool(ask.other)
    begun = _one_side() if ask.alone else _contest() if raced else _all_passes()
    measure = None if ask.alone or raced else _other_ways()
    with guard.one_call(LOADING):
        called, reply = load(ask)
    answer(reply)
    begin = msgspec.json.decode(requests.readline() or b"null", type=ExplainRequest | None)
    if begin is None:  # nobody wants to know any more
        return
    subject = Subject(called, begin.effort, begin.threads, copy=begin.copy, guard=guard)
    if begin.first_look:
        subject.tell_first = lambda record: answer(FirstLook(record=record))
    first, attempt = begun(subject, begin)
    answer(first)
    for line in requests:
        wish = msgspec.json.decode(line, type=TrialRequest | WayRequest)
        if isinstance(wish, TrialRequest):
            answer(attempt(wish.trial))
        else:
            assert measure is not None
            answer(measure(subject, wish.way))


def _contest() -> "Beginning":
    """What races two functions: nothing that only explaining takes is imported."""
    from profiler_suite.measure.explain import racing

    def begin(subject: "Subject", asked: ExplainRequest) -> "tuple[Answer, Attempting]":
        subject.guard.returned(asked.first_s)
        return LoadReply(), lambda trial: racing.attempt(subject, trial)

    return begin


def _all_passes() -> "Beginning":
    """What explains a function, and tries whatever is asked for then."""
    from profiler_suite.measure.explain import passes, trials
    from profiler_suite.measure.explain.first_call import consuming

    def begin(subject: "Subject", asked: ExplainRequest) -> "tuple[Answer, Attempting]":
        explained = passes.explain(subject) if asked.passes else None
        operations = explained.operations if explained else ()
        if explained is None:
            subject.guard.returned(asked.first_s)
            subject.plan.returned(asked.first_s)
            subject.given.changes = asked.changes
            if asked.iterates:
                subject.function = consuming(subject.function)

        def attempt(trial: Trial) -> TrialResult:
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
    serve_call(loaded, requests, output)


if __name__ == "__main__":
    main()
