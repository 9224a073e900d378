"""Measures one way to run a function; what stops it is said, with the line."""

import functools
import warnings
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import threadpoolctl

from profiler_suite import units
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.arguments import given
from profiler_suite.measure.explain.answers.answer_parts import arrays_of
from profiler_suite.measure.explain.subject import Subject
from profiler_suite.measure.explain.subject_pairs import pairs
from profiler_suite.measure.explain.substitution import UntriableError
from profiler_suite.measure.explain.ways import float32, jax_port, numba_port, torch_port
from profiler_suite.measure.explain.ways.both import FEW, LEAST, Both, compared
from profiler_suite.measure.explain.ways.port import (
    Function,
    Port,
    UnportedError,
    in_one_line,
    stopping_line,
    wrapped,
)
from profiler_suite.measure.explain.ways.records import WayRecord, WayVisits
from profiler_suite.measure.lines.functions import functions_to_profile
from profiler_suite.measure.threads import NativeThreads, rest
from profiler_suite.model.way import Way, WayKind

# Importing a library and compiling by it, beyond the calls themselves.
_PREPARING_S = 90.0
# What a library's idle threads use is less.
_ANOTHER_CORE = 0.25
_DOUBLE = ("float64", "complex128")
NOT_SINGLE = "its answer is not float32: part of the work is done in float64"


def measure(subject: Subject, way: Way) -> WayRecord:
    """One way; what goes wrong is the reason that comes back, with the line behind it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with (
                subject.guard.stage(f"trying {way.text}", _PREPARING_S),
                threadpoolctl.threadpool_limits(limits=subject.threads),
            ):
                return _tried(subject, way)
        except ProfilerSuiteError as error:  # it was stopped
            return WayRecord(way=way, reason=str(error))


def _tried(subject: Subject, way: Way) -> WayRecord:
    try:
        return _measured(subject, way)
    # Code that was not written for it may fail in any way.
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return _not_measured(subject, way, error)


def _not_measured(subject: Subject, way: Way, error: BaseException) -> WayRecord:
    files = {each.__code__.co_filename for each in functions_to_profile(subject.function)}
    place = getattr(error, "stopped_at", None) or stopping_line(error, files)
    said = str(error) if isinstance(error, UntriableError) else in_one_line(error)
    return WayRecord(way=way, reason=said, stopped_at=place)


def _measured(subject: Subject, way: Way) -> WayRecord:
    first = subject.arguments()
    if isinstance(subject.function(*first), Iterator):
        raise UnportedError("it gives a generator: a call alone computes nothing")
    writes = subject.given.changed_in(tuple(first))
    if way.kind is WayKind.THREADS:
        return _on_threads(subject, way)
    found: WayRecord | None = None
    for port in _ports(subject, way, writes=writes):
        found = _tried_with(subject, way, port)
        if not found.reason:
            break
    assert found is not None
    return found


def _ports(subject: Subject, way: Way, *, writes: bool) -> Iterator[Port]:
    """What the function is made to run that way by: the first that answers alike serves."""
    function, threads = subject.function, subject.threads
    arguments = tuple(subject.arguments())
    if way.kind is WayKind.FLOAT32:
        yield float32.port(function, arguments)
    elif way.kind is WayKind.NUMBA:
        yield numba_port.port(function)
    elif way.kind is WayKind.JAX:
        yield jax_port.port(
            function, arguments, writes=writes, threads=threads, device=way.device
        )
    else:
        yield from torch_port.ports(function, writes=writes, threads=threads, device=way.device)


# -------------------------------------------------------------------- another library


def _tried_with(subject: Subject, way: Way, port: Port) -> WayRecord:
    try:
        return _ported(subject, way, port)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        return _not_measured(subject, way, port.failed(error) or error)


def _ported(subject: Subject, way: Way, port: Port) -> WayRecord:
    answer, first_s = _called(subject, port)
    _, second_s = _called(subject, port)
    # A library that was loaded since has threads of its own.
    with threadpoolctl.threadpool_limits(limits=subject.threads):
        # No method: of methods, what their object holds is compared, too.
        whole = functools.partial(Port.whole, port)
        stays = Both(subject, port.function, port.own_arguments, port.checked)
        both = Both(subject, whole) if port.carries else stays
        record = compared(both, way)
        if record.reason:
            return record
        resident = WayVisits()
        if port.carries:
            stays = Both(subject, port.resident, port.own_arguments)
            resident = WayVisits(
                *pairs(subject, *stays.sides(subject.arguments), patience=FEW, least=LEAST)
            )
        return msgspec.structs.replace(
            record,
            form=port.form,
            version=port.version,
            resident=resident,
            compile_s=max(0.0, first_s - second_s) if port.compiles else 0.0,
            notes=(
                *port.notes,
                *_precision(way, answer),
                *_more_cores(record, subject.threads),
            ),
        )


def _called(subject: Subject, port: Port) -> tuple[Any, float]:
    """The answer of one call, and how long it took, s."""
    arguments = port.own_arguments(subject.arguments())
    own = given(arguments)
    begun = perf_counter()
    answer = port.resident(*own)
    took = perf_counter() - begun
    return port.back(answer), took


def _precision(way: Way, answer: Any) -> Iterator[str]:
    """That single precision did not reach the answer."""
    found = [answer] if isinstance(answer, np.generic) else arrays_of(answer)
    if way.kind is WayKind.FLOAT32 and any(each.dtype.name in _DOUBLE for each in found):
        yield NOT_SINGLE


def _more_cores(record: WayRecord, threads: int) -> Iterator[str]:
    """That it has more of the machine than NumPy had."""
    cores = record.processor_time.cores_after if record.processor_time else 0.0
    if cores > threads + _ANOTHER_CORE:
        had = units.some(threads, "thread")
        yield f"it keeps {units.three_digits(cores)} cores busy, where NumPy has {had}"


# ------------------------------------------------------------------------ BLAS threads


def _on_threads(subject: Subject, way: Way) -> WayRecord:
    if way.threads == subject.threads:
        raise UnportedError("there is no other number: this process may use one core")
    loaded = threadpoolctl.ThreadpoolController().lib_controllers
    if not any(each.user_api == "blas" for each in loaded):
        raise UnportedError("no BLAS that has threads of its own is loaded")
    native = NativeThreads()
    limits = (subject.threads, way.threads)

    def limited(function: Function) -> Function:
        def call(*arguments: Any) -> Any:
            native.limit(way.threads)
            try:
                return function(*arguments)
            finally:
                native.limit(subject.threads)

        return call

    def around(side: int) -> None:
        native.limit(limits[side])
        rest()  # before both: who has slept is served sooner

    try:
        function = subject.function
        checked = wrapped(function, limited)
        both = Both(subject, function, checked=checked, around=around)
        return compared(both, way)
    finally:
        native.limit(subject.threads)
