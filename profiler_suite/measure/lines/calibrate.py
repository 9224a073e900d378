"""Measures what line_profiler adds, on small programs whose plain time is known.

Each program runs plain and under line_profiler, in turns; its lines are slower
under it by the sum of its events times their costs. The costs solve these equations.
"""

import math
import statistics
from collections.abc import Callable
from time import perf_counter_ns
from types import CodeType
from typing import Any

import msgspec
import numpy as np

from profiler_suite.measure.arguments import RestoredArguments
from profiler_suite.measure.lines import events
from profiler_suite.measure.lines.events import FIELDS, Events
from profiler_suite.measure.lines.instrument import Instrumentation, all_codes, label, on_copies

_ROUNDS = 25
_COUNTING_S = 0.5


class Costs(msgspec.Struct, frozen=True):
    """What line_profiler adds per event, s."""

    per_event: dict[str, float]
    """Field of Events → time added to the line per unit of it, s."""
    error: float
    """Relative error: how far the equations are from being met."""
    reference_s: float
    """Time per hit of the reference program under line_profiler, s: the pace of the machine."""

    def added_s(self, happened: Events, pace: float = 1.0) -> float:
        """Time added to a line by what happened on it, s."""
        return pace * sum(
            cost * float(getattr(happened, name)) for name, cost in self.per_event.items()
        )


class _Program(msgspec.Struct):
    """A function with its plain and its profiled form, and what it counts."""

    function: Any
    instrumented: Instrumentation
    code: CodeType
    counted: Events
    plain_s: list[float] = msgspec.field(default_factory=list)
    raw_s: list[float] = msgspec.field(default_factory=list)
    raw_before_s: float = 0.0

    def visit(self) -> None:
        """One plain and one profiled evaluation."""
        self.plain_s.append(_timed(self.function))
        self.raw_s.append(self.profile())

    def profile(self) -> float:
        """Raw time of the function's lines in one profiled evaluation, s."""
        run_profiled(self.instrumented, self.function, (), 1)
        stats = self.instrumented.stats()
        lines = stats.timings[label(self.code)]
        total = float(stats.unit * sum(time for _, _, time in lines))
        raw = total - self.raw_before_s
        self.raw_before_s = total
        return raw


def run_profiled(
    instrumented: Instrumentation,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    evaluations: int,
) -> float:
    """Evaluate under line_profiler; wall time per evaluation, s."""
    if isinstance(arguments, RestoredArguments):
        once = [
            run_profiled(instrumented, function, arguments.fresh(), 1)
            for _ in range(evaluations)
        ]
        return sum(once) / evaluations
    profiler = instrumented.profiler
    instrumented.profiled()
    profiler.enable_by_count()
    try:
        start = perf_counter_ns()
        for _ in range(evaluations):
            function(*arguments)
        end = perf_counter_ns()
    finally:
        profiler.disable_by_count()
        instrumented.plain()
    return (end - start) * 1e-9 / evaluations


def _timed(function: Callable[[], Any]) -> float:
    # After a profiled run the interpreter specialises its instructions anew.
    function()
    start = perf_counter_ns()
    function()
    return (perf_counter_ns() - start) * 1e-9


class Reference:
    """A small program that shows how fast line_profiler runs at the moment."""

    def __init__(self) -> None:
        self._program = _program("lines", _loop(100, ["b = a"] * 8), profiled=())

    def pace_s(self) -> float:
        """Time per hit now, s."""
        hits = self._program.counted.hits
        return self._program.profile() / hits


def calibrate() -> tuple[Costs, Reference]:
    """Solve for the costs; takes some tenths of a second."""
    reference = Reference()
    programs = _programs()
    paces = []
    for _ in range(_ROUNDS):
        paces.append(reference.pace_s())
        for program in programs:
            program.visit()
    # A shared machine changes its pace between rounds; relative to the pace of its
    # round, an addition is the same.
    pace_s = min(paces)
    added_s = [
        pace_s
        * statistics.median(
            (raw - plain) / pace
            for raw, plain, pace in zip(program.raw_s, program.plain_s, paces, strict=True)
        )
        for program in programs
    ]
    return solve([program.counted for program in programs], added_s, pace_s), reference


def solve(counted: list[Events], added_s: list[float], reference_s: float) -> Costs:
    """Least squares, each equation weighted by its size; only fields that occur."""
    names = [name for name in FIELDS if any(getattr(each, name) for each in counted)]
    matrix = np.array([[float(getattr(each, name)) for name in names] for each in counted])
    right = np.array(added_s)
    weights = 1.0 / np.maximum(np.abs(right), 1e-9)
    scaled = matrix * weights[:, None]
    sizes = np.linalg.norm(scaled, axis=0)
    found, *_ = np.linalg.lstsq(scaled / sizes, right * weights, rcond=1e-6)
    residual = scaled / sizes @ found - right * weights
    error = math.sqrt(float(np.mean(residual**2)))
    costs = {name: float(cost) for name, cost in zip(names, found / sizes, strict=True)}
    return Costs(per_event=costs, error=error, reference_s=reference_s)


def _loop(iterations: int, body: list[str]) -> str:
    lines = "\n".join(f"        {line}" for line in body)
    return f"    a = b = 1\n    for _ in range({iterations}):\n{lines}\n    return b"


def _function(name: str, body: str) -> str:
    return f"def {name}():\n{body}\n"


def _programs() -> list[_Program]:
    """Programs that differ in one kind of event each."""
    one = _function("callee", "    return 1")
    nine = _function("callee", "    a = b = 1\n" + "    b = a\n" * 7 + "    return b")
    # Long, yet two lines run: bytes without events.
    long = _function("callee", "    if 1 < 2.5:\n        return 1\n" + "    b = 1\n" * 300)
    wide = "b = " + " + ".join(["a"] * 30)
    programs = [
        _program("short", _loop(100, ["b = a"] * 8)),
        _program("two", _loop(300, ["b = a"] * 2)),
        _program("adds", _loop(200, ["b = a + a"] * 4)),
        _program("wide", _loop(100, [wide] * 2)),
        _program("long", _loop(5, ["b = a"] * 200)),
        _program("longer", _loop(3, ["b = a"] * 400)),
    ]
    for callee in (one, nine, long):
        for profiled in ((), ("callee",)):
            programs.append(
                _program("caller", _loop(100, ["b = callee()"] * 2), callee, profiled)
            )
    return programs


def _program(
    name: str, body: str, callee: str = "", profiled: tuple[str, ...] = ()
) -> _Program:
    space: dict[str, Any] = {}
    exec(compile(callee + _function(name, body), f"<{name}>", "exec"), space)
    function = space[name]
    functions = [function, *(space[each] for each in profiled)]
    instrumented = Instrumentation(functions)
    with on_copies(functions):
        found = events.count(function, (), all_codes(functions), _COUNTING_S)
    total = Events()
    for (number, _), happened in found.lines.items():
        if number == 0:
            total.add(happened)
    return _Program(function, instrumented, function.__code__, total)
