"""The sampled side: runs the function while its threads are sampled, and sums up.

Two things together tell what a thread does. Another process samples every thread, many
times: it runs, or it waits, and for what. The kernel's clocks tell what code it ran.
"""

import ctypes
import functools
import gc
import os
from collections import Counter
from collections.abc import Callable
from time import perf_counter, process_time, sleep, thread_time
from typing import Any

import msgspec

from profiler_suite.measure.arguments import given
from profiler_suite.measure.native import layers, perf
from profiler_suite.measure.native.rule_table import is_team
from profiler_suite.measure.native.symbols import (
    Symbolizer,
    bytes_of_variable,
    executable_mappings,
)
from profiler_suite.measure.per_thread.clocks import InheritedClocks
from profiler_suite.measure.per_thread.names import ThreadNames
from profiler_suite.measure.per_thread.requests import (
    BLAS,
    INTERPRETER,
    OPENMP,
    OTHER,
    OwnedSpan,
    ThreadCounts,
    ThreadsTarget,
)
from profiler_suite.measure.per_thread.summing import ThreadCode, summed
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.protocol import COUNTING, END, PAUSED, READY, SAMPLE
from profiler_suite.measure.reading.reader_process import ReaderProcess
from profiler_suite.model.native import NativeSamples
from profiler_suite.model.threads import ThreadsRecord

_MODULE = "profiler_suite.measure.per_thread.sampler_process"
_BATCH_S = 60e-3
_WAKING_S = 1e-3
_FREQUENCY_HZ = 1999.0
_FEWEST_SAMPLES = 20
# Work of other threads, or waiting, of less than this share of the time is none of note.
_WORTH_A_LOOK = 0.02
# Reading clocks around a function of nanoseconds takes many times as long as the function.
_TRIED_S, _MOST_TRIED_S = 30e-3, 0.1
_WAITING = "waiting"


def takes_part(
    function: Callable[..., Any],
    arguments: Callable[[], tuple[Any, ...]],
    native: NativeSamples | None,
) -> bool:
    """Whether other threads work while the function runs, or it waits for something."""
    if native is not None and native.slept_share >= _WORTH_A_LOOK:
        return True
    if native is not None and native.share(_WAITING) >= _WORTH_A_LOOK:
        return True
    prepared = arguments()
    wall_s = others_s = 0.0
    last_s = perf_counter() + _MOST_TRIED_S
    while not wall_s or (wall_s < _TRIED_S and perf_counter() < last_s):
        fresh = given(prepared)
        begun_s, all_s, own_s = perf_counter(), process_time(), thread_time()
        function(*fresh)
        others_s += (process_time() - all_s) - (thread_time() - own_s)
        wall_s += max(1e-9, perf_counter() - begun_s)
    return others_s >= _WORTH_A_LOOK * wall_s


def sample_threads(
    function: Callable[..., Any],
    arguments: Callable[[], tuple[Any, ...]],
    seconds: float,
) -> ThreadsRecord:
    """Evaluate for `seconds`; what each thread did meanwhile, or why that is not known."""
    try:
        process = _LookingProcess()
    except (peek.PeekError, OSError) as error:
        return ThreadsRecord(samples=0, threads=(), reason=str(error))
    clocks, missing = _clocks()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        with ThreadNames() as names:
            process.begin()
            begun = perf_counter()
            while perf_counter() - begun < seconds:
                process.batch(function, arguments, names, clocks)
            counts = process.end()
        return _record(counts, names, clocks, missing)
    except peek.PeekError as error:
        return ThreadsRecord(samples=0, threads=(), reason=str(error))
    finally:
        if was_enabled:
            gc.enable()
        if clocks is not None:
            clocks.close()
        process.close()


def _clocks() -> tuple[InheritedClocks | None, str]:
    """The clocks, or why there are none."""
    reason = perf.why_not()
    if reason:
        return None, reason
    try:
        return InheritedClocks(_FREQUENCY_HZ), ""
    except (perf.PerfError, OSError) as error:
        return None, str(error)


class _LookingProcess:
    """The process that samples threads, and the requests to it."""

    def __init__(self) -> None:
        self._reader = ReaderProcess(_MODULE, "the process that samples threads")
        self._control = self._reader.control

    def begin(self) -> None:
        """Say whose threads to sample."""
        target = ThreadsTarget(
            pid=os.getpid(),
            control=self._reader.control_address,
            runtime=runtime_span(),
            spans=owned_spans(),
        )
        self._reader.request(msgspec.json.encode(target) + b"\n")

    def batch(
        self,
        function: Callable[..., Any],
        arguments: Callable[[], tuple[Any, ...]],
        names: ThreadNames,
        clocks: InheritedClocks | None,
    ) -> None:
        """Some evaluations while threads are sampled; arguments are made in between."""
        control = self._control
        control[0] = READY
        self._reader.request(SAMPLE)
        sleep(_WAKING_S)
        begun, prepared = perf_counter(), arguments()
        try:
            while True:
                fresh = given(prepared)
                names.next_evaluation()
                if clocks is not None:
                    clocks.start()
                control[0] = COUNTING
                try:
                    function(*fresh)
                finally:
                    control[0] = READY
                    if clocks is not None:
                        clocks.stop()
                if perf_counter() - begun >= _BATCH_S:
                    break
        finally:
            control[0] = PAUSED

    def end(self) -> ThreadCounts:
        """What was seen since `begin`."""
        self._reader.request(END)
        answer = msgspec.json.decode(self._reader.answer(), type=ThreadCounts)
        if answer.error:
            raise peek.PeekError(answer.error)
        return answer

    def close(self) -> None:
        """End it."""
        self._reader.close()


def _record(
    counts: ThreadCounts, names: ThreadNames, clocks: InheritedClocks | None, missing: str
) -> ThreadsRecord:
    if counts.samples < _FEWEST_SAMPLES:
        return ThreadsRecord(
            samples=counts.samples,
            threads=(),
            reason="too few samples were taken of its threads",
        )
    code: dict[int, list[ThreadCode]] = {}
    if clocks is not None:
        symbolizer = Symbolizer()
        for (thread, address, in_kernel), number in clocks.samples.items():
            place = symbolizer.place(address, in_kernel)
            code.setdefault(thread, []).append(ThreadCode(place.path, place.symbol, number))
    return ThreadsRecord(
        samples=counts.samples,
        threads=summed(counts, names.by_number, names.started, code),
        reason=f"what its threads run is not split: {missing}" if missing else "",
    )


def owned_spans() -> tuple[OwnedSpan, ...]:
    """The code that is mapped now and somebody's: the interpreter's, BLAS's, a package's."""
    found = []
    for mapping in executable_mappings():
        if layers.is_interpreter(mapping.path):
            owner = INTERPRETER
        elif is_team(mapping.path):
            owner = OPENMP
        elif (whose := layers.of_code(mapping.path)) == layers.NOBODY:
            continue
        else:
            owner = BLAS if whose == layers.BLAS else OTHER
        found.append(OwnedSpan(start=mapping.start, end=mapping.end, owner=owner))
    return tuple(sorted(found, key=lambda span: span.start))


@functools.cache
def runtime_span() -> tuple[int, int]:
    """Where the interpreter keeps what it has once, its lock among it; (0, 0): not known."""
    try:
        start = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, "_PyRuntime"))
    except ValueError:
        return 0, 0
    paths = Counter(each.path for each in executable_mappings())
    size = max(
        (
            bytes_of_variable(path, "_PyRuntime")
            for path in paths
            if layers.is_interpreter(path)
        ),
        default=0,
    )
    return (start, start + size) if size else (0, 0)
