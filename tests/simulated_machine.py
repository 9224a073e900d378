"""A machine whose time passes only when code runs on it: neighbours, processes and a scheduler.

Two states, as on a shared host: undisturbed, and slowed by a factor that code follows with an
exponent of its own. Processes differ by some percent. Where something else wants the core, a
thread is switched out after each time slice. What everything takes undisturbed is known.
"""

import math
import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from profiler_suite.machine import canary
from profiler_suite.measure import timing
from profiler_suite.measure.preemption import Scheduling
from profiler_suite.model.rows import Visit

CANARY_S = 43e-6
# What neighbours do lasts for some tenths of seconds, up to seconds.
DWELL_S = 0.4
SLICE_S = 3e-3
# Between two processes of the same code, and between two evaluations in a process.
PROCESSES, EVALUATIONS = 0.012, 0.008


class Code(NamedTuple):
    """What it takes undisturbed, and how it follows slowdowns."""

    time_s: float
    exponent: float


class SimulatedMachine:
    """One core, its clock, and what its system counts."""

    def __init__(self, seed: int, slowed: float, contended: bool = False) -> None:
        """`slowed`: share of time in that state; `contended`: another wants the core."""
        self.random = random.Random(seed)
        self._slowed, self._contended = slowed, contended
        self._now_s = self._cpu_s = self._waited_s = 0.0
        self._change_s, self._slowdown = 0.0, 1.0
        self._slice_s = SLICE_S
        self._process: dict[Code, float] = {}

    def clock(self) -> int:
        """Nanoseconds."""
        return round(self._now_s * 1e9)

    def scheduling(self) -> Scheduling:
        """What the system has counted."""
        return Scheduling(round(self._cpu_s * 1e9), round(self._waited_s * 1e9), 0)

    def begin_process(self) -> None:
        """All code is laid out anew."""
        self._process.clear()

    def pause(self, length_s: float) -> None:
        """Others use the core, or nobody; who comes back has a slice before it."""
        self._now_s += length_s
        self._slice_s = self.random.uniform(0, SLICE_S)

    def run(self, code: Code) -> None:
        """Time passes while it runs, at the speed of the state, and while it waits."""
        if code not in self._process:
            self._process[code] = math.exp(self.random.gauss(0, PROCESSES))
        noise = math.exp(self.random.gauss(0, EVALUATIONS))
        left_s = code.time_s * self._process[code] * noise
        while left_s > 0:
            pace = self._state() ** code.exponent
            piece_s = min(left_s * pace, self._change_s - self._now_s)
            if self._contended:
                piece_s = min(piece_s, self._slice_s)
                self._slice_s -= piece_s
            self._now_s += piece_s
            self._cpu_s += piece_s
            left_s -= max(piece_s / pace, 1e-12)
            if self._contended and self._slice_s <= 1e-12:
                self._now_s += SLICE_S
                self._waited_s += SLICE_S
                self._slice_s = SLICE_S

    def _state(self) -> float:
        while self._now_s >= self._change_s - 1e-12:
            slowed = self._slowdown == 1.0 and self._slowed > 0
            share = self._slowed if slowed else 1 - self._slowed
            self._slowdown = self.random.uniform(1.5, 2.0) if slowed else 1.0
            self._change_s += self.random.expovariate(1 / (DWELL_S * 2 * max(share, 1e-3)))
        return self._slowdown

    def canary(self) -> float:
        """A canary's time, s."""
        before = self.clock()
        self.run(Code(CANARY_S, 1.0))
        return (self.clock() - before) * 1e-9

    def visit(self, name: str, code: Code) -> Visit:
        """One visit, by the suite's own means."""
        evaluations = max(1, round(timing.SAMPLE_S / code.time_s))
        samples = max(1, min(5, int(timing.VISIT_S / (evaluations * code.time_s))))
        prepared = timing.PreparedCall(cold_s=0.0, evaluations=evaluations, samples=samples)
        at_s = self._now_s
        found = timing.visit(
            lambda: self.run(code),
            (),
            prepared,
            {"ufunc": self.canary},
            self.clock,
            scheduling=self.scheduling,
        )
        return Visit(
            point=name,
            at_s=at_s,
            sample_times_s=found.samples_s,
            canaries_s=found.canaries_s,
            minor_faults=0.0,
            lost_s=found.lost_s,
        )


class Measured(NamedTuple):
    """A sweep on such a machine."""

    visits: dict[str, dict[int, Visit]]
    """Name → round → visit."""
    worker_of: dict[int, int]
    baselines: dict[str, float]

    def of(self, name: str) -> tuple[list[Visit], list[int]]:
        """Visits of one point with their processes."""
        return list(self.visits[name].values()), [self.worker_of[n] for n in self.visits[name]]


def sweep(
    machine: SimulatedMachine,
    codes: Mapping[str, Code],
    workers: int = 3,
    rounds: int = 10,
    pause_s: Callable[[], float] = lambda: 0.3,
) -> Measured:
    """Rounds over all codes in random order, in several processes."""
    visits: dict[str, dict[int, Visit]] = {name: {} for name in codes}
    worker_of: dict[int, int] = {}
    for number in range(workers * rounds):
        worker_of[number] = number // rounds
        if number % rounds == 0:
            machine.begin_process()
        for name in machine.random.sample(list(codes), len(codes)):
            machine.pause(pause_s() / len(codes))
            visits[name][number] = machine.visit(name, codes[name])
    everything = [visit for each in visits.values() for visit in each.values()]
    return Measured(visits, worker_of, canary.own_baselines(everything))
