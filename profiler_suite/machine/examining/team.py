"""Several processes that run the same bandwidth probe at the same moment.

Processes and not threads: passes over a small set take a few microseconds, and
threads would wait for Python's lock between them. `perf_counter_ns` reads one
clock for all processes of a machine, so a start time can be agreed on.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter_ns, thread_time_ns

import msgspec

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.machine.examining.bandwidth import (
    BandwidthProbe,
    Passes,
    arena,
    make_passes,
)
from profiler_suite.model.noun import Noun

# From sending the order until the last helper is surely awake and warm.
_WAKE_NS = 400_000
# A larger set fits no cache: there is nothing to bring in first.
_WARMED_BYTES = 2**26
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_MODULE = "profiler_suite.machine.examining.team"


class TeamRequest(Noun, frozen=True):
    """Run passes of a probe from a start time on; a start of 0 means at once."""

    probe: BandwidthProbe
    passes: int
    start_ns: int


class MemberTimes(Noun, frozen=True):
    """When a member began and ended, on the common clock, and its CPU time between.

    That of the thread that runs the passes: of a process the kernel counts other threads, and
    those that run on other cores only at their next tick.
    """

    begin_ns: int
    end_ns: int
    cpu_ns: int


class TeamRun(Noun, frozen=True):
    """How long a team took, and how much of its cores it had."""

    seconds: float
    granted: float
    """CPU time of all members over members × seconds."""


class Team:
    """This process and helpers, each with an arena of its own."""

    def __init__(self, members: int, arena_bytes: int) -> None:
        self._helpers = [
            child.start(
                "profiler_suite.machine.examining.team",
                str(arena_bytes),
                env=_one_thread_each(),
            )
            for _ in range(members - 1)
        ]
        self._block = arena(arena_bytes)
        self._built: dict[BandwidthProbe, Passes] = {}
        self._warm_ns: dict[tuple[BandwidthProbe, int], int] = {}

    def __enter__(self) -> "Team":
        return self

    def __exit__(self, *error: object) -> None:
        for helper in self._helpers:
            if helper.stdin is not None:
                helper.stdin.close()
        for helper in self._helpers:
            try:
                helper.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.end(helper)
            if helper.stdout is not None:
                helper.stdout.close()

    def run(self, probe: BandwidthProbe, passes: int, members: int) -> TeamRun:
        """Run passes on every member, from the agreed start until the last is done."""
        run = self._passes(probe)
        if members == 1:
            if probe.set_bytes <= _WARMED_BYTES:
                run(1)
            return TeamRun(seconds=run(passes), granted=1.0)
        helpers = self._helpers[: members - 1]
        warm_ns = self._warm(probe, members)
        start_ns = perf_counter_ns() + _WAKE_NS + warm_ns
        order = TeamRequest(probe=probe, passes=passes, start_ns=start_ns)
        for helper in helpers:
            _send(helper, order)
        mine = carry_out(order, run)
        done = [mine, *(_receive(helper) for helper in helpers)]
        wall_ns = max(each.end_ns for each in done) - start_ns
        cpu_ns = sum(each.cpu_ns for each in done)
        return TeamRun(seconds=wall_ns * 1e-9, granted=cpu_ns / (members * wall_ns))

    def _passes(self, probe: BandwidthProbe) -> Passes:
        if probe not in self._built:
            self._built[probe] = make_passes(probe, self._block)
        return self._built[probe]

    def _warm(self, probe: BandwidthProbe, members: int) -> int:
        """Time of one pass when all members run it, ns: what warming up takes."""
        key = (probe, members)
        if key not in self._warm_ns:
            order = TeamRequest(probe=probe, passes=1, start_ns=0)
            for helper in self._helpers[: members - 1]:
                _send(helper, order)
            mine = carry_out(order, self._passes(probe))
            done = [mine, *(_receive(h) for h in self._helpers[: members - 1])]
            self._warm_ns[key] = max(d.end_ns - d.begin_ns for d in done)
        return self._warm_ns[key]


def _one_thread_each() -> dict[str, str]:
    """The environment with BLAS held to one thread: a long dot product would take more."""
    return {**os.environ, **dict.fromkeys(_THREAD_VARIABLES, "1")}


def carry_out(order: TeamRequest, run: Passes) -> MemberTimes:
    """Warm up, wait for the start, run."""
    if order.probe.set_bytes <= _WARMED_BYTES:
        run(1)
    while perf_counter_ns() < order.start_ns:
        pass
    cpu_ns = thread_time_ns()
    begin_ns = perf_counter_ns()
    run(order.passes)
    end_ns = perf_counter_ns()
    return MemberTimes(begin_ns=begin_ns, end_ns=end_ns, cpu_ns=thread_time_ns() - cpu_ns)


def _send(helper: subprocess.Popen[bytes], order: TeamRequest) -> None:
    if helper.stdin is None:
        raise ChildError("a bandwidth helper has no input pipe")
    helper.stdin.write(msgspec.json.encode(order) + b"\n")
    helper.stdin.flush()


def _receive(helper: subprocess.Popen[bytes]) -> MemberTimes:
    line = helper.stdout.readline() if helper.stdout is not None else b""
    if not line:
        raise ChildError(
            f"a bandwidth helper ended early (exit status {helper.poll()}); "
            "try again, or allow fewer cores"
        )
    return msgspec.json.decode(line, type=MemberTimes)


def main(arguments: Sequence[str]) -> None:
    """Helper: carry out one order per line until the input ends."""
    block = arena(int(arguments[0]))
    built: dict[BandwidthProbe, Passes] = {}
    for line in sys.stdin.buffer:
        order = msgspec.json.decode(line, type=TeamRequest)
        if order.probe not in built:
            built[order.probe] = make_passes(order.probe, block)
        done = carry_out(order, built[order.probe])
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
