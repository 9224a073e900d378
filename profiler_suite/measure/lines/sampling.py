"""The sampled side: starts the sampling process, says when to sample, reads what it saw."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from types import CodeType
from typing import Any

import msgspec

from profiler_suite.measure.lines.requests import SampleCounts, SampleTarget
from profiler_suite.measure.reading import layout, peek
from profiler_suite.measure.reading.driving import drive
from profiler_suite.measure.reading.protocol import END, PAUSED, READY, SAMPLE
from profiler_suite.measure.reading.reader_process import ReaderProcess

_MODULE = "profiler_suite.measure.lines.sampler_process"
# The sampling process wakes within some tenths of a millisecond.
_WAKING_S = 0.7e-3
# A sampling process that shares the core takes one every 0.16 ms, one that has to wait for a
# time slice to end every 3 ms and more.
_SLOWEST_TURN_S = 1e-3
_TRIES = 3
_SPINS = 200_000


class LineSamples(msgspec.Struct, frozen=True):
    """Samples of one function: how many, and of which lines."""

    samples: int
    """Those that found any of the codes active: a generator runs after its function."""
    outside: int
    """Those between two evaluations: calling the function, freeing what it returned."""
    lines: dict[tuple[int, int], int]
    """(number of the code, line) → samples that found the code there."""
    calling: dict[tuple[int, int], int]
    """Of these, samples that found it waiting for a function with lines of its own."""
    lost: int


def _spin(iterations: int) -> None:
    for _ in range(iterations):
        pass


class SamplerProcess:
    """A sampling process for this one; PeekError where that is not possible."""

    def __init__(self, sharing: bool = True) -> None:
        self._library = peek.libc()
        self._layout = layout.find()
        self._codes: Sequence[CodeType] = ()
        self._reader = ReaderProcess(_MODULE, "the sampling process")
        self._control = self._reader.control
        self._sharing = sharing
        self._sharing = sharing and self._shares_the_core()

    def _shares_the_core(self) -> bool:
        """Whether a sampling process on the same core comes to sample often enough."""
        for _ in range(_TRIES):
            self.begin([_spin.__code__])
            try:
                spent_s = self.evaluate(_spin, (_SPINS,), 1)
            except OSError:  # no say in which core a process runs on
                self.end()
                return False
            if self.end().samples * _SLOWEST_TURN_S > spent_s:
                return True
        return False

    def begin(self, codes: Sequence[CodeType]) -> None:
        """Sample these code objects from now on, whenever `evaluate` runs."""
        self._codes = codes
        self._control[0] = PAUSED
        target = SampleTarget(
            pid=os.getpid(),
            control=self._reader.control_address,
            layout=self._layout,
            driver=id(drive.__code__),
            codes=tuple(id(code) for code in codes),
            stopping=not self._sharing,
        )
        self._reader.request(msgspec.json.encode(target) + b"\n")

    def evaluate(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int
    ) -> float:
        """Evaluate while being sampled; time per evaluation, s."""
        with self._on_one_core():
            self._control[0] = READY
            self._reader.request(SAMPLE)
            sleep(_WAKING_S)
            try:
                return drive(function, arguments, evaluations, self._control)
            finally:
                self._control[0] = PAUSED

    @contextmanager
    def _on_one_core(self) -> Iterator[None]:
        """This thread and the sampling process share the core that the thread is on."""
        if not self._sharing:
            yield
            return
        allowed = os.sched_getaffinity(0)
        core = {self._library.sched_getcpu()} & allowed or {min(allowed)}
        os.sched_setaffinity(self._reader.pid, core)
        os.sched_setaffinity(0, core)
        try:
            yield
        finally:
            os.sched_setaffinity(0, allowed)

    def end(self) -> LineSamples:
        """Stop looking; what was seen since `begin`."""
        self._reader.request(END)
        answer = msgspec.json.decode(self._reader.answer(), type=SampleCounts)
        if answer.error:
            raise peek.PeekError(answer.error)
        return seen(answer, self._codes)

    def close(self) -> None:
        """End the sampling process."""
        self._reader.close()


def seen(answer: SampleCounts, codes: Sequence[CodeType]) -> LineSamples:
    """Instructions become lines."""
    tables = [_line_table(code) for code in codes]
    lines: dict[tuple[int, int], int] = {}
    calling: dict[tuple[int, int], int] = {}
    samples = outside = 0
    for frame_samples in answer.frame_samples:
        if frame_samples.at:
            samples += frame_samples.count
        else:
            outside += frame_samples.count
        # The innermost first.
        for depth, (number, offset) in enumerate(frame_samples.at.items()):
            table = tables[number]
            unit = (offset - layout.code_offset()) // 2
            line = table[min(max(unit, 0), len(table) - 1)]
            place = (number, line)
            lines[place] = lines.get(place, 0) + frame_samples.count
            if depth:
                calling[place] = calling.get(place, 0) + frame_samples.count
    return LineSamples(
        samples=samples,
        outside=outside,
        lines=lines,
        calling=calling,
        lost=answer.lost,
    )


def _line_table(code: CodeType) -> list[int]:
    """Line of each two-byte unit of the code.

    An instruction without a line belongs to the one before it, as it does for a
    profiler that hears only of lines that begin. Entering the function, which the compiler
    puts down to its `def` line, belongs to the first line of its body.
    """
    table: list[int] = []
    entry = code.co_firstlineno
    body = [line for _, _, line in code.co_lines() if line is not None and line != entry]
    last = body[0] if body else entry
    for start, end, number in code.co_lines():
        line = last if number == entry and body else number
        last = last if line is None else line
        table += [last] * ((end - start) // 2)
    return table
