"""The same points under several settings: every side in processes of its own, visited in turn.

What other programs do to the machine meanwhile meets all sides alike.
"""

import contextlib
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter_ns

import msgspec

from profiler_suite.errors import ProfilerSuiteError, UsageError
from profiler_suite.machine import variables
from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.intervene.quota import quota_group
from profiler_suite.measure.intervene.side_setting import SideSetting
from profiler_suite.measure.sweep.protocol import (
    Completion,
    PrepareRequest,
    Reply,
    VisitReply,
    VisitRequest,
    WorkerSetup,
)
from profiler_suite.model.experiment import Point
from profiler_suite.model.noun import Noun
from profiler_suite.model.rows import Status, Visit

WORKER = "profiler_suite.measure.sweep.worker"
CANARY = "ufunc"
_DECODER = msgspec.json.Decoder(Reply)


class SidesPlan(Noun, frozen=True):
    """What is measured on every side, and how often."""

    points: tuple[Point, ...]
    files: tuple[str, ...]
    """Experiment files that enter implementations of their own."""
    processes: int = 4
    """Of each side: times of the same code differ from process to process."""
    rounds: int = 8
    """Visits of each point in each process."""
    timeout_s: float = 120.0
    seed: int = 0
    """Of the order."""


class SideVisits(Noun, frozen=True):
    """What one side gave."""

    processes: tuple[dict[str, tuple[Visit, ...]], ...] = ()
    """Of each process, the visits of each point."""
    reason: str = ""
    """Why it could not be measured; empty where it was."""


class _SideError(Exception):
    """One side cannot go on."""

    def __init__(self, side: int, reason: str) -> None:
        super().__init__(reason)
        self.side, self.reason = side, reason


Start = Callable[[SideSetting, SidesPlan], contextlib.AbstractContextManager[Conversation]]


@contextlib.contextmanager
def process_under(setting: SideSetting, plan: SidesPlan) -> Iterator[Conversation]:
    """A timing process under that setting, which has taken its first line."""
    begin = WorkerSetup(
        files=plan.files,
        seed=setting.seed,
        epoch_ns=perf_counter_ns(),
        canary_names=(CANARY,),
    )
    environment = variables.with_those(os.environ, setting.variables)
    with contextlib.ExitStack() as opened:
        group = (
            opened.enter_context(quota_group(setting.quota_cores))
            if setting.quota_cores
            else None
        )
        talk = Conversation(WORKER, setting.python, environment=environment)
        opened.callback(talk.close)
        # Before its libraries count the cores, or start threads.
        if setting.cores:
            _hold_to_cores(talk.pid, setting.cores)
        if group is not None:
            group.add(talk.pid)
        talk.open(begin)
        yield talk


def _hold_to_cores(pid: int, count: int) -> None:
    if not hasattr(os, "sched_setaffinity"):
        raise UsageError("this system does not let a process be held to some of the cores")
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(pid, allowed[:count])


def measure_sides(
    sides: Sequence[SideSetting],
    plan: SidesPlan,
    tell: Callable[[str], None],
    start: Start = process_under,
) -> list[SideVisits]:
    """Visits of every point on every side; UsageError where the first side cannot be measured.

    A side that cannot is left out with the reason, the others go on.
    """
    rng = random.Random(plan.seed)
    failed: dict[int, str] = {}
    found: list[list[dict[str, tuple[Visit, ...]]]] = [[] for _ in sides]
    number = 0
    while number < plan.processes:
        tell(f"process {number + 1} of {plan.processes} of each of {len(sides)} settings")
        going = [side for side in range(len(sides)) if side not in failed]
        try:
            taken = _one_process_each({s: sides[s] for s in going}, plan, rng, start)
        except _SideError as error:
            if error.side == 0:
                raise UsageError(
                    f"the setting of the first run cannot be measured here: {error.reason}"
                ) from error
            failed[error.side] = error.reason
            continue
        for side, visits in taken.items():
            found[side].append(visits)
        number += 1
    return [
        SideVisits(reason=failed[side])
        if side in failed
        else SideVisits(processes=tuple(found[side]))
        for side in range(len(sides))
    ]


def _one_process_each(
    sides: Mapping[int, SideSetting], plan: SidesPlan, rng: random.Random, start: Start
) -> dict[int, dict[str, tuple[Visit, ...]]]:
    """One process of every side, all alive at once, each visited in every round."""
    visits: dict[int, dict[str, list[Visit]]] = {s: {} for s in sides}
    with contextlib.ExitStack() as opened:
        talks = {}
        # In another order each time: where memory lies depends on what ran before.
        for side in rng.sample(sorted(sides), len(sides)):
            with _of_side(side):
                talks[side] = opened.enter_context(start(sides[side], plan))
                for point in plan.points:
                    _prepare(talks[side], _under(sides[side], point), plan)
        for _ in range(plan.rounds):
            for point in plan.points:
                for side in rng.sample(sorted(sides), len(sides)):
                    with _of_side(side):
                        visit = _visit(talks[side], point, plan)
                    visits[side].setdefault(point.id, []).append(visit)
    return {s: {name: tuple(v) for name, v in each.items()} for s, each in visits.items()}


@contextlib.contextmanager
def _of_side(side: int) -> Iterator[None]:
    """What goes wrong is of that side."""
    try:
        yield
    except ChildDiedError as died:
        raise _SideError(side, died.reason) from died
    except (ProfilerSuiteError, OSError) as error:
        raise _SideError(side, str(error)) from error


def _under(setting: SideSetting, point: Point) -> Point:
    """The point as that side runs it: its own interpreter, threads of the setting."""
    threads = setting.threads or point.threads
    return msgspec.structs.replace(point, threads=threads, environment="")


def _prepare(talk: Conversation, point: Point, plan: SidesPlan) -> None:
    request = PrepareRequest(point=point, worker=0, check=False, canaries=(CANARY,))
    reply = talk.ask_for(request, _DECODER, plan.timeout_s)
    if not isinstance(reply, Completion):
        raise ChildDiedError(Status.CRASHED, "its process gave an unexpected answer")
    if reply.record.status is not Status.OK:
        raise ChildDiedError(reply.record.status, reply.record.reason)


def _visit(talk: Conversation, point: Point, plan: SidesPlan) -> Visit:
    reply = talk.ask_for(VisitRequest(point=point.id), _DECODER, plan.timeout_s)
    if not isinstance(reply, VisitReply):
        reason = getattr(reply, "reason", "its process gave an unexpected answer")
        raise ChildDiedError(Status.FAILED, reason)
    return reply.visit
