"""The sampled side: runs the function while another process reads its stacks, and sums up."""

import ctypes
import functools
import gc
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, perf_counter_ns, sleep
from types import CodeType
from typing import Any, NamedTuple

import msgspec

from profiler_suite.measure.layers.code_objects import codes_at, makers_of
from profiler_suite.measure.layers.requests import (
    INTERPRETERS,
    NOBODYS,
    OWNED,
    CodeSpan,
    StackCounts,
    StackTarget,
)
from profiler_suite.measure.native import layers
from profiler_suite.measure.native.symbols import Symbolizer, executable_mappings
from profiler_suite.measure.reading import layout, peek
from profiler_suite.measure.reading.driving import drive
from profiler_suite.measure.reading.protocol import END, PAUSED, READY, SAMPLE
from profiler_suite.measure.reading.reader_process import ReaderProcess
from profiler_suite.measure.timing import time_evaluations
from profiler_suite.model.layers import CalleeSamples, LayerRecord, LayerSamples

WAITING = "waiting"
"""The layer of a thread that sleeps: for a lock, a file, another thread."""
_MODULE = "profiler_suite.measure.layers.stack_process"
_BATCH_S = 60e-3
_WAKING_S = 1e-3
# Where the time is, and what the user's lines call to get there.
_MOST_CALLEES, _MOST_CALLED = 40, 10
_LOOP = "_PyEval_EvalFrameDefault"
_LEAST_REACH, _MOST_REACH = 1024, 2**20


class Place(NamedTuple):
    """A Python function and the line of it that runs."""

    code: CodeType
    line: int


class _StackProcess:
    """The reading process and the requests to it."""

    def __init__(self) -> None:
        self._layout = layout.find()
        self._reader = ReaderProcess(_MODULE, "the process that reads stacks")
        self._control = self._reader.control

    def begin(self) -> None:
        """Say whose stacks to read."""
        target = StackTarget(
            pid=os.getpid(),
            control=self._reader.control_address,
            layout=self._layout,
            driver=id(drive.__code__),
            spans=spans(),
        )
        self._reader.request(msgspec.json.encode(target) + b"\n")

    def evaluate(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], evaluations: int
    ) -> None:
        """Evaluate while stacks are read."""
        self._control[0] = READY
        self._reader.request(SAMPLE)
        sleep(_WAKING_S)
        try:
            drive(function, arguments, evaluations, self._control)
        finally:
            self._control[0] = PAUSED

    def end(self) -> StackCounts:
        """The stacks since `begin`."""
        self._reader.request(END)
        answer = msgspec.json.decode(self._reader.answer(), type=StackCounts)
        if answer.error:
            raise peek.PeekError(answer.error)
        return answer

    def close(self) -> None:
        """End it."""
        self._reader.close()


def sample_layers(
    function: Callable[..., Any],
    arguments: Callable[[], tuple[Any, ...]],
    seconds: float,
    once_s: float = 0.0,
) -> LayerRecord:
    """Evaluate for `seconds` while another process reads the stacks; whose code ran.

    `once_s` is what an evaluation takes, where that is known. Where stacks cannot be read
    the record says why.
    """
    try:
        process = _StackProcess()
    except (peek.PeekError, OSError) as error:
        return LayerRecord(samples=0, layers=(), callees=(), reason=str(error))
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        once_s = once_s or time_evaluations(function, arguments(), 1, perf_counter_ns)
        evaluations = max(1, int(_BATCH_S / max(once_s, 1e-7)))
        process.begin()
        begun = perf_counter()
        while perf_counter() - begun < seconds:
            process.evaluate(function, arguments(), evaluations)
        counts = process.end()
    except peek.PeekError as error:
        return LayerRecord(samples=0, layers=(), callees=(), reason=str(error))
    finally:
        if was_enabled:
            gc.enable()
        process.close()
    codes = codes_at(_addresses(counts))
    return summed(counts, codes, _library_at(), makers_of(codes.values()))


def spans() -> tuple[CodeSpan, ...]:
    """The code that is mapped now, by whose it is.

    The interpreter's own functions serve whoever calls them, as the C library's do; only
    the loop that runs bytecode works for a Python function.
    """
    found, loop = [], _bytecode_loop()
    for mapping in executable_mappings():
        start, end = mapping.start, mapping.end
        if not layers.is_interpreter(mapping.path):
            kind = OWNED if layers.of_code(mapping.path) else NOBODYS
            found.append(CodeSpan(start=start, end=end, kind=kind))
        elif start <= loop[0] < loop[1] <= end:
            found.append(CodeSpan(start=start, end=loop[0], kind=NOBODYS))
            found.append(CodeSpan(start=loop[0], end=loop[1], kind=INTERPRETERS))
            found.append(CodeSpan(start=loop[1], end=end, kind=NOBODYS))
        else:
            found.append(CodeSpan(start=start, end=end, kind=INTERPRETERS))
    return tuple(sorted(found, key=lambda span: span.start))


@functools.cache
def _bytecode_loop() -> tuple[int, int]:
    """Where the function that runs bytecode begins and ends; (0, 0): that is not known."""
    try:
        loop = ctypes.cast(getattr(ctypes.pythonapi, _LOOP), ctypes.c_void_p).value or 0
    except AttributeError:
        return 0, 0
    symbolizer = Symbolizer()
    reach = 1
    while reach < _MOST_REACH and symbolizer.place(loop + reach).symbol == _LOOP:
        reach *= 2
    low, high = reach // 2, reach
    while low + 1 < high:
        middle = (low + high) // 2
        inside = symbolizer.place(loop + middle).symbol == _LOOP
        low, high = (middle, high) if inside else (low, middle)
    return (loop, loop + high) if high > _LEAST_REACH else (0, 0)


def _library_at() -> Callable[[int], str]:
    mappings = executable_mappings()

    def library(address: int) -> str:
        return next((m.path for m in mappings if m.start <= address < m.end), "")

    return library


def _addresses(counts: StackCounts) -> set[int]:
    return {code for stack in counts.stacks for code, _ in stack.frames}


def summed(
    counts: StackCounts,
    codes: dict[int, CodeType],
    library: Callable[[int], str],
    makers: Mapping[CodeType, str] | None = None,
) -> LayerRecord:
    """Layers and callees of all stacks."""
    makers = makers or {}
    by_layer: Counter[str] = Counter()
    own: Counter[tuple[CodeType, str, int]] = Counter()
    total: Counter[tuple[CodeType, str, int]] = Counter()
    called: Counter[tuple[CodeType, str, int]] = Counter()
    lines: dict[tuple[CodeType, str, int], Counter[int]] = {}
    in_python = any(stack.frames for stack in counts.stacks)
    for stack in counts.stacks:
        places = [
            Place(codes[code], _line(codes[code], instruction - code))
            for code, instruction in stack.frames
            if code in codes
        ]
        source = _source(places[0].code, makers) if places else ""
        libraries = _owners_way([library(address) for address in stack.native])
        layer = WAITING if stack.waits else layers.of_moment(libraries, source)
        if in_python and not stack.frames and layer == layers.CPYTHON:
            continue  # the loop that calls the function, not the function
        by_layer[layer] += stack.count
        users = _innermost_of_users(places, makers)
        _note_callees(places, users, stack.count, own, total, lines)
        if users:
            called[_key(places, users, users - 1)] += stack.count
    callees = [
        CalleeSamples(
            function=key[0].co_qualname,
            file=key[0].co_filename,
            line=lines[key].most_common(1)[0][0],
            layer=layers.of_source(_source(key[0], makers)),
            own=own[key],
            total=number,
            below_file=key[1],
            below_line=key[2],
            called=called[key],
        )
        for key, number in total.items()
    ]
    return LayerRecord(
        samples=by_layer.total(),
        layers=tuple(LayerSamples(layer=n, samples=c) for n, c in by_layer.most_common()),
        callees=_worth_keeping(callees),
        lost=counts.lost,
    )


def _worth_keeping(callees: list[CalleeSamples]) -> tuple[CalleeSamples, ...]:
    """Those with most time of their own; of the others those called first or outermost."""
    callees.sort(key=lambda each: (-each.own, -each.total))
    others = callees[_MOST_CALLEES:]
    called = sorted((each for each in others if each.called), key=lambda each: -each.called)
    within = sorted((each for each in others if not each.called), key=lambda each: -each.total)
    return (*callees[:_MOST_CALLEES], *called[:_MOST_CALLED], *within[:_MOST_CALLED])


def _owners_way(libraries: Sequence[str]) -> list[str]:
    """Without the interpreter's functions that serve the code outside of them."""
    within = [each for each in libraries[:-1] if not layers.is_interpreter(each)]
    return [*within, *libraries[-1:]]


def _source(code: CodeType, makers: Mapping[CodeType, str]) -> str:
    return makers.get(code, code.co_filename)


def _innermost_of_users(places: Sequence[Place], makers: Mapping[CodeType, str]) -> int:
    """Place of the user's innermost function; 0 too where there is none."""
    return next(
        (
            n
            for n, place in enumerate(places)
            if layers.of_source(_source(place.code, makers)) == layers.USER
        ),
        0,
    )


def _key(places: Sequence[Place], users: int, depth: int) -> tuple[CodeType, str, int]:
    """A function on the stack, and the user's file and line below which it runs."""
    below = places[users]
    return places[depth].code, below.code.co_filename, below.line


def _note_callees(
    places: Sequence[Place],
    users: int,
    count: int,
    own: Counter[tuple[CodeType, str, int]],
    total: Counter[tuple[CodeType, str, int]],
    lines: dict[tuple[CodeType, str, int], Counter[int]],
) -> None:
    """Functions between the instruction and the innermost line of the user's."""
    if not users:  # none at all, or the user's own line runs
        return
    seen = set()
    for depth, place in enumerate(places[:users]):
        key = _key(places, users, depth)
        if depth == 0:
            own[key] += count
        if place.code not in seen:
            seen.add(place.code)
            total[key] += count
            lines.setdefault(key, Counter())[place.line] += count


def _line(code: CodeType, offset: int) -> int:
    """The line of the instruction at that distance from the code object."""
    found = layout.line_at(code, offset - layout.code_offset())
    return found if found is not None else code.co_firstlineno
