"""The parent of the timing children: rounds in random order until every point is done."""

import random
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, perf_counter_ns

import msgspec

from profiler_suite import units
from profiler_suite.errors import ChildError
from profiler_suite.machine.canary import effective_baselines, named, own_baseline
from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.planning import forecast
from profiler_suite.measure.planning.forecast import SweepState, visit_s
from profiler_suite.measure.planning.schedule import Schedule, budget_s
from profiler_suite.measure.sweep.protocol import (
    Completion,
    ErrorReply,
    PrepareRequest,
    Reply,
    VisitReply,
    VisitRequest,
    WorkerSetup,
)
from profiler_suite.measure.sweep.row_offsets import RowOffsets, place_after
from profiler_suite.measure.timing import passes_that_fill
from profiler_suite.model.experiment import Point
from profiler_suite.model.machine import Machine
from profiler_suite.model.noun import Noun
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import (
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
    WorkerRecord,
)

# A working set beyond this share of the last cache is at the mercy of the memory.
_MEMORY_CANARY_SHARE = 0.25
# How often the time left is worked out anew; between, it runs down with the clock.
_LOOK_AHEAD_EVERY_S = 2.0


class Progress(Noun, frozen=True):
    """How far the sweep is; told between visits, never during one."""

    stage: str
    """'preparing' or 'measuring'."""
    points: int
    points_done: int
    point: str
    """The point in hand."""
    elapsed_s: float
    remaining_s: float


Judge = Callable[[Sequence[Visit], Sequence[int], Mapping[str, float]], Estimate]
"""Estimates a point from its visits, the process of each, and the canaries' baselines."""


_DECODER = msgspec.json.Decoder(Reply)
_WORKER = "profiler_suite.measure.sweep.worker"


class Sweep:
    """One sweep over the points of a plan; `run` returns when every point has an outcome."""

    def __init__(
        self,
        points: Sequence[Point],
        machine: Machine,
        schedule: Schedule,
        *,
        seed: int,
        files: tuple[str, ...],
        baselines: Mapping[str, float],
        append: Callable[[Row], None],
        judge: Judge,
        progress: Callable[[Progress], None],
        earlier: Sequence[Row] = (),
        again: frozenset[str] = frozenset(),
        start: RowOffsets | None = None,
        other_python: str = "",
    ) -> None:
        self._other_python = other_python
        self._schedule = schedule
        self._seed = seed
        self._files = files
        self._kept_baselines = dict(baselines)
        self._append = append
        self._judge = judge
        self._progress = progress
        self._points = {point.id: point for point in points}
        self._together = _together(points)
        self._budget_s = budget_s(schedule, len(points))
        self._canaries = {point.id: _canaries_of(point, machine) for point in points}
        last_cache_bytes = machine.facts.last_cache_bytes
        self._untimed = {
            p.id: passes_that_fill(p.working_set_bytes, last_cache_bytes, p.predicted_s)
            for p in points
        }
        self._visits: dict[str, list[Visit]] = {point.id: [] for point in points}
        self._worker_of: dict[str, list[int]] = {point.id: [] for point in points}
        self._done: dict[str, Status] = {}
        self._checked: set[str] = set()
        place = place_after(earlier, start)
        self._round, self._worker = place.round, place.worker
        self._replay(earlier)
        for point_id in again:  # measured before, and to be measured further
            self._done.pop(point_id, None)
        # A resumed run goes on in time where it stopped.
        self._epoch_ns = perf_counter_ns() - int(place.at_s * 1e9)
        self._random = random.Random(f"{seed}/{self._round}")
        self._machine = machine
        self._measured_s = 0.0
        self._predicted_s = 0.0  # the rounds so far
        self._expected = (0.0, 0.0)

    def _replay(self, rows: Sequence[Row]) -> None:
        """Take up what an interrupted run has left."""
        for row in rows:
            if isinstance(row, RoundRecord):
                for visit in row.visits:
                    self._remember(visit, row.worker)
            elif isinstance(row, WorkerRecord):
                if row.status is Status.OK and row.error_bound:
                    self._checked.add(row.point)
            elif isinstance(row, PointRecord):
                self._done[row.point.id] = row.status

    def _remember(self, visit: Visit, worker: int) -> None:
        if visit.point in self._visits:
            self._visits[visit.point].append(visit)
            self._worker_of[visit.point].append(worker)

    @property
    def outcomes(self) -> dict[str, Status]:
        """Point id → how it ended, for the points that have."""
        return dict(self._done)

    def baselines(self) -> dict[str, float]:
        """Every canary's baseline in this run: 2nd percentile of its times, s."""
        times: dict[str, list[float]] = {}
        for visits in self._visits.values():
            for visit in visits:
                for name, pair in visit.canaries_s.items():
                    times.setdefault(name, []).extend(pair)
        return {name: own_baseline(values) for name, values in times.items()}

    def run(self) -> None:
        """Launch children and make rounds until every point has an outcome."""
        begun = perf_counter()
        first = self._worker
        outcome = "interrupted"
        try:
            workers = self._schedule.workers
            attempt = 0
            while self._active() and attempt < workers:
                # A child that died is replaced within its worker process's share of the budget;
                # every death gives its point an outcome, so this ends.
                if self._take_worker(self._worker, attempt, workers, begun):
                    attempt += 1
                self._worker += 1
            # Of all visits, and there are thousands: found once for all points that end here.
            baselines = self._effective_baselines()
            for point_id in self._active():
                self._finish(point_id, baselines)
            outcome = "complete"
        finally:
            self._append(
                PassRecord(
                    name="sweep",
                    at_s=(perf_counter_ns() - self._epoch_ns) * 1e-9,
                    outcome=f"{outcome} after {self._worker - first} worker processes",
                )
            )

    def _active(self) -> list[str]:
        return [point_id for point_id in self._points if point_id not in self._done]

    def _take_worker(self, worker: int, attempt: int, workers: int, begun: float) -> bool:
        """Rounds in one child; False when the child died before its share was used."""
        children: dict[str, Conversation] = {}
        try:
            for environment in sorted({self._points[p].environment for p in self._active()}):
                children[environment] = self._child(environment)
            if not self._prepare_all(children, worker, attempt, begun):
                return False
            return self._rounds(children, worker, attempt, workers, begun)
        finally:
            for timing_child in children.values():
                timing_child.close()

    def _child(self, environment: str) -> Conversation:
        active = self._active()
        own = [p for p in active if self._points[p].environment == environment]
        begin = WorkerSetup(
            files=self._files,
            seed=self._seed,
            epoch_ns=self._epoch_ns,
            canary_names=tuple(sorted({n for p in own for n in self._canaries[p]})),
        )
        python = self._other_python if environment else ""
        try:
            return Conversation.opened(_WORKER, begin, python)
        except ChildDiedError as died:
            raise ChildError(
                f"the timing process did not start: {died.reason}; its own words are above"
            ) from died

    def _prepare_all(
        self, children: Mapping[str, Conversation], worker: int, attempt: int, begun: float
    ) -> bool:
        active = self._active()
        start = perf_counter()
        countdown = forecast.Countdown(
            [
                forecast.prepare_s(self._points[p], checked=p not in self._checked)
                for p in active
            ]
        )
        standing = SweepState(attempt, 0, 0.0, self._round, self._measured_s)
        later_s = self._left_from(standing)
        for number, point_id in enumerate(active):
            left_s = countdown.left_s(number, perf_counter() - start) + later_s
            self._tell("preparing", point_id, begun, left_s)
            request = PrepareRequest(
                point=self._points[point_id],
                worker=worker,
                check=point_id not in self._checked,
                canaries=self._canaries[point_id],
                untimed=self._untimed[point_id],
            )
            try:
                timing_child = children[self._points[point_id].environment]
                reply = timing_child.ask_for(request, _DECODER, self._schedule.visit_timeout_s)
                if not isinstance(reply, Completion):
                    raise ChildDiedError(Status.CRASHED, "its process answered something else")
            except ChildDiedError as died:
                self._end(point_id, died.status, f"{died.reason} while it was prepared")
                return False
            self._append(reply.record)
            if reply.record.status is Status.OK:
                self._checked.add(point_id)
            else:
                self._end(point_id, reply.record.status, reply.record.reason)
        return True

    def _rounds(
        self,
        children: Mapping[str, Conversation],
        worker: int,
        attempt: int,
        workers: int,
        begun: float,
    ) -> bool:
        schedule = self._schedule
        start = perf_counter()
        last = attempt == workers - 1
        # What earlier worker processes did not use of their shares is left for this one.
        share_s = (self._budget_s - self._measured_s) / (workers - attempt)
        span_s = schedule.span_s / workers
        wanted = max(-(-schedule.undisturbed_visits // workers), schedule.rounds_per_worker)
        rounds = 0
        while active := self._active():
            elapsed_s = perf_counter() - start
            if elapsed_s >= share_s or (not last and elapsed_s >= span_s and rounds >= wanted):
                break
            used_s = self._measured_s + elapsed_s
            self._look_ahead(SweepState(attempt, rounds, elapsed_s, self._round, used_s))
            visits: list[Visit] = []
            alive = True
            try:
                for point_id in self._order(active):
                    self._tell("measuring", point_id, begun, self._left_s())
                    timing_child = children[self._points[point_id].environment]
                    try:
                        reply = timing_child.ask_for(
                            VisitRequest(point=point_id), _DECODER, schedule.visit_timeout_s
                        )
                    except ChildDiedError as died:
                        self._end(point_id, died.status, died.reason)
                        alive = False
                        break
                    if isinstance(reply, ErrorReply):
                        self._end(point_id, Status.FAILED, reply.reason)
                    elif isinstance(reply, VisitReply):
                        visits.append(reply.visit)
            finally:
                # Also when interrupted: what was measured is kept.
                if visits:
                    self._append(
                        RoundRecord(round=self._round, worker=worker, visits=tuple(visits))
                    )
                    for visit in visits:
                        self._remember(visit, worker)
            self._round += 1
            rounds += 1
            self._predicted_s += sum(visit_s(self._points[p]) for p in active)
            if not alive:
                self._measured_s += perf_counter() - start
                return False
            if last and rounds >= schedule.rounds_per_worker:
                self._finish_converged(active)
        self._measured_s += perf_counter() - start
        return True

    def _order(self, active: Sequence[str]) -> list[str]:
        """A fresh random order; partners side by side, thread counts together.

        Of what is visited together, counterparts in two environments are neighbours.

        Idle BLAS threads spin for a while, so going from many threads to one
        costs a rest: once per round instead of once per point.
        """
        blocks: list[list[str]] = []
        seen: set[str] = set()
        for point_id in active:
            if point_id in seen:
                continue
            block = [p for p in self._together[point_id] if p not in self._done]
            seen.update(block)
            pairs: dict[str, list[str]] = {}
            for member in block:
                point = self._points[member]
                pairs.setdefault(min(member, point.counterpart or member), []).append(member)
            neighbours = list(pairs.values())
            self._random.shuffle(neighbours)
            for pair in neighbours:
                self._random.shuffle(pair)
            blocks.append([member for pair in neighbours for member in pair])
        by_threads: dict[int, list[list[str]]] = {}
        for block in blocks:
            by_threads.setdefault(self._points[block[0]].threads, []).append(block)
        groups = list(by_threads.values())
        self._random.shuffle(groups)
        order: list[str] = []
        for group in groups:
            self._random.shuffle(group)
            order.extend(point_id for block in group for point_id in block)
        return order

    def _finish_converged(self, active: Sequence[str]) -> None:
        """Give an outcome to the points whose interval is narrow enough, partners together."""
        baselines = self._effective_baselines()
        ready = {
            point_id
            for point_id in active
            if point_id not in self._done and self._is_ready(point_id, baselines)
        }
        for point_id in sorted(ready):
            if all(p in ready or p in self._done for p in self._together[point_id]):
                self._finish(point_id, baselines)

    def _is_ready(self, point_id: str, baselines: Mapping[str, float]) -> bool:
        visits = self._visits[point_id]
        schedule = self._schedule
        if len(visits) >= schedule.visits_kept:
            return True
        if len(visits) < schedule.undisturbed_visits:
            return False
        if visits[-1].at_s - visits[0].at_s < schedule.span_s * 0.9:
            return False
        estimate = self._judge(visits, self._worker_of[point_id], baselines)
        return (
            estimate.undisturbed_visits >= schedule.undisturbed_visits
            and estimate.half_width <= schedule.half_width
        )

    def _effective_baselines(self) -> dict[str, float]:
        """What this run's canaries are held against."""
        return effective_baselines(self.baselines(), self._kept_baselines)

    def _finish(self, point_id: str, baselines: Mapping[str, float]) -> None:
        visits = self._visits[point_id]
        if not visits:
            self._end(
                point_id,
                Status.SKIPPED,
                "the budget ended before its first visit; measure fewer points or use --full",
            )
            return
        estimate = self._judge(visits, self._worker_of[point_id], baselines)
        converged = (
            estimate.undisturbed_visits >= self._schedule.undisturbed_visits
            and estimate.half_width <= self._schedule.half_width
        )
        width = units.percent(estimate.half_width)
        self._end(
            point_id,
            Status.OK,
            f"converged (± {width})" if converged else f"not converged (± {width})",
        )

    def _end(self, point_id: str, status: Status, reason: str) -> None:
        self._done[point_id] = status
        self._append(PointRecord(point=self._points[point_id], status=status, reason=reason))

    def _left_from(self, standing: SweepState) -> float:
        """Expected time of all rounds and worker processes that are left, s."""
        active = [self._points[point_id] for point_id in self._active()]
        pace = standing.used_s / self._predicted_s if self._predicted_s else 1.0
        workers = self._schedule.workers - standing.worker - 1
        left_s = forecast.rounds_left_s(
            active, self._machine, self._schedule, self._budget_s, standing, pace
        )
        return left_s + workers * forecast.worker_s(active, checked=False)

    def _look_ahead(self, standing: SweepState) -> None:
        """Work out what is left at the beginning of a round, if that was not just done."""
        now = perf_counter()
        if standing.worker_rounds == 0 or now - self._expected[0] >= _LOOK_AHEAD_EVERY_S:
            self._expected = (now, self._left_from(standing))

    def _left_s(self) -> float:
        """What is left of what was expected at the beginning of a round, s."""
        at, left_s = self._expected
        return max(0.0, left_s - (perf_counter() - at))

    def _tell(self, stage: str, point_id: str, begun: float, remaining_s: float) -> None:
        self._progress(
            Progress(
                stage=stage,
                points=len(self._points),
                points_done=len(self._done),
                point=point_id,
                elapsed_s=perf_counter() - begun,
                remaining_s=remaining_s,
            )
        )


def _canaries_of(point: Point, machine: Machine) -> tuple[str, ...]:
    names = ["ufunc"]
    last_cache_bytes = machine.facts.last_cache_bytes
    if last_cache_bytes and point.working_set_bytes > _MEMORY_CANARY_SHARE * last_cache_bytes:
        names.append("memory")
    if point.threads > 1:
        names.append(f"gemm{point.threads}")
    return tuple(named(name, point.environment) for name in names)


def _together(points: Sequence[Point]) -> dict[str, tuple[str, ...]]:
    """Point id → all that are visited side by side with it and end with it, itself included."""
    group_of = {point.id: [point.id] for point in points}
    for point in points:
        for other in (point.partner, point.counterpart):
            if other in group_of and group_of[other] is not group_of[point.id]:
                merged = group_of[point.id] + group_of[other]
                group_of |= dict.fromkeys(merged, merged)
    return {point_id: tuple(group) for point_id, group in group_of.items()}
