"""Line profiles: which line an implementation spends its time in, by line_profiler.

A pass of its own, in a child of its own: line_profiler slows what it watches,
so nothing that is timed ever runs under it.
"""

import inspect
import linecache
import os
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from types import CodeType, FunctionType
from typing import Any

import msgspec

from profiler_suite import child
from profiler_suite.measure.threads import NativeThreads
from profiler_suite.model import LineRecord, Noun, Point
from profiler_suite.workloads import catalogue, registry

_MOST_EVALUATIONS = 1000


class Order(Noun, frozen=True):
    """What the profiling child is asked to do."""

    points: tuple[Point, ...]
    files: tuple[str, ...]
    seed: int
    seconds: float
    """Time to spend on each point."""


class Profiled(Noun, frozen=True):
    """The lines of one point, or why there are none."""

    point: str
    lines: tuple[LineRecord, ...]
    reason: str = ""


def representatives(points: Sequence[Point]) -> list[Point]:
    """One point per experiment and implementation: the middle problem, fewest threads."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        if not point.replica:
            groups.setdefault((point.experiment, point.implementation), []).append(point)
    chosen = []
    for group in groups.values():
        threads = min(point.threads for point in group)
        same = sorted(
            (point for point in group if point.threads == threads), key=lambda p: p.cost.flop
        )
        chosen.append(same[len(same) // 2])
    return chosen


def profile_points(
    points: Sequence[Point],
    files: tuple[str, ...],
    seed: int,
    seconds: float,
    tell: Callable[[Profiled], None],
) -> str:
    """Profile in a child, telling each point's lines as they come; returns why it ended early.

    An empty string means that every point was profiled.
    """
    process = child.start("profiler_suite.measure.lines", start_new_session=True)
    assert process.stdin is not None
    assert process.stdout is not None
    decoder = msgspec.json.Decoder(Profiled)
    try:
        order = Order(points=tuple(points), files=files, seed=seed, seconds=seconds)
        try:
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.close()
        except BrokenPipeError:
            pass
        told = 0
        for line in process.stdout:
            tell(decoder.decode(line))
            told += 1
        code = process.wait()
        if code or told < len(points):
            return f"the line-profiling process ended with code {code} after {told} points"
        return ""
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def functions_to_profile(function: Callable[..., Any]) -> list[FunctionType]:
    """The function and what it calls in the same module; empty when it has no Python lines."""
    start = inspect.unwrap(function)
    if not isinstance(start, FunctionType):
        return []
    found: dict[CodeType, FunctionType] = {}
    todo = [start]
    while todo:
        current = todo.pop()
        if current.__code__ in found:
            continue
        found[current.__code__] = current
        for name in current.__code__.co_names:
            called = current.__globals__.get(name)
            if isinstance(called, FunctionType) and called.__module__ == start.__module__:
                todo.append(called)
    return list(found.values())


def profile(
    point: Point, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> tuple[LineRecord, ...]:
    """Hits and raw time of every line of the function and its module's own callees."""
    from line_profiler import LineProfiler

    functions = functions_to_profile(function)
    if not functions:
        return ()
    function(*arguments)  # imports and first-call work belong to no line
    profiler = LineProfiler()
    for each in functions:
        profiler.add_function(each)
    evaluations = 0
    begun = perf_counter()
    while evaluations == 0 or (
        perf_counter() - begun < seconds and evaluations < _MOST_EVALUATIONS
    ):
        profiler.enable_by_count()
        try:
            function(*arguments)
        finally:
            profiler.disable_by_count()
        evaluations += 1
    stats = profiler.get_stats()
    return tuple(
        record
        for (file, _first, name), timings in stats.timings.items()
        for record in _records(
            point,
            file,
            name,
            timings,
            stats.unit,
            evaluations,
        )
    )


def _records(
    point: Point,
    file: str,
    name: str,
    timings: list[tuple[int, int, int]],
    unit_s: float,
    evaluations: int,
) -> list[LineRecord]:
    return [
        LineRecord(
            point=point.id,
            implementation=point.implementation,
            file=file,
            function=name,
            line=line,
            source=linecache.getline(file, line).rstrip("\n"),
            hits=hits,
            time_s=total * unit_s,
            evaluations=evaluations,
        )
        for line, hits, total in timings
    ]


def main() -> None:
    """Read one Order from standard input, answer one Profiled per line."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    for file in order.files:
        catalogue.find(file)
    threads = NativeThreads()
    for point in order.points:
        implementation = registry.find_implementation(point.implementation)
        workload = registry.find_workload(point.problem.workload)
        threads.limit(point.threads)
        lines: tuple[LineRecord, ...] = ()
        reason = ""
        # What a user's implementation raises is a result about that implementation.
        try:
            arguments = workload.arguments(point.problem, order.seed)
            lines = profile(point, implementation.function, arguments, order.seconds)
            if not lines:
                reason = "it has no Python lines: it is compiled"
        except Exception as error:  # noqa: BLE001
            reason = f"{type(error).__name__}: {error}"
        output.write(
            msgspec.json.encode(Profiled(point=point.id, lines=lines, reason=reason)) + b"\n"
        )
        output.flush()


if __name__ == "__main__":
    main()
