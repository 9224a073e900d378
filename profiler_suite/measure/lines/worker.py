"""The line-profiling child: a LinesRequest first, then a LinesReply for every point."""

import contextlib
from collections.abc import Callable

import msgspec

from profiler_suite.measure.children.serve import enter, serve
from profiler_suite.measure.lines.job import LinesReply, LinesRequest
from profiler_suite.measure.lines.records import records
from profiler_suite.measure.lines.session import LineSession
from profiler_suite.measure.threads import NativeThreads
from profiler_suite.model.experiment import Point
from profiler_suite.workloads import registry


def answer(
    session: LineSession, threads: NativeThreads, point: Point, order: LinesRequest
) -> LinesReply:
    """The lines of one point, or what was wrong with it."""
    implementation = registry.run_by(point)
    workload = registry.find_workload(point.problem.workload)
    threads.limit(point.threads)
    # What a user's implementation raises is a result about that implementation.
    try:
        arguments = workload.arguments(point.problem, order.seed)
        ready = registry.ready(implementation, arguments)
        profile = session.profile(ready, arguments, order.seconds)
    except Exception as error:  # noqa: BLE001
        return LinesReply(point=point.id, lines=(), reason=f"{type(error).__name__}: {error}")
    if profile is None:
        return LinesReply(
            point=point.id, lines=(), reason="it has no Python lines: it is compiled"
        )
    return LinesReply(
        point=point.id,
        lines=records(profile, point.id, point.implementation),
        note=profile.note,
        costs_s=session.costs.per_event,
    )


def main() -> None:
    """Take points until the input ends."""
    with contextlib.ExitStack() as stack:

        def opened(opening: bytes) -> Callable[[bytes], LinesReply]:
            order = msgspec.json.decode(opening, type=LinesRequest)
            enter(order.files)
            threads = NativeThreads()
            session = stack.enter_context(contextlib.closing(LineSession()))
            return lambda line: answer(
                session, threads, msgspec.json.decode(line, type=Point), order
            )

        serve(opened)


if __name__ == "__main__":
    main()
