"""The parent of the timing children: rounds in random order until every point is done."""

import random
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter, perf_counter_ns

import msgspec

from profiler_suite import units
from profiler_suite.errors import ChildError
from profiler_suite.machine.canary import effective_baselines, kind
from profiler_suite.measure.children.conversation import ChildDiedError, Conversation
from profiler_suite.measure.planning import forecast
from profiler_suite.measure.sweep.allotment import Allotment
from profiler_suite.measure.sweep.ending import Ending
from profiler_suite.measure.sweep.job import Job, Judge, Progress
from profiler_suite.measure.sweep.order import VisitOrder, canaries_of
from profiler_suite.measure.sweep.outlook import Outlook
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
from profiler_suite.measure.sweep.visit_log import VisitLog
from profiler_suite.measure.timing import passes_that_fill
from profiler_suite.model.experiment import Point
from profiler_suite.model.results import Estimate
from profiler_suite.model.rows import (
    PassRecord,
    PointRecord,
    RoundRecord,
    Row,
    Status,
    Visit,
)

_DECODER = msgspec.json.Decoder(Reply)
_WORKER = "profiler_suite.measure.sweep.worker"
# Where code and data lie makes a difference of some percent (Mytkowicz and others 2009,
# Producing wrong data without doing anything obviously wrong!): varied from process to process,
# it is part of the spread between them instead of the same error in all.
_MOST_ENVIRONMENT_BYTES, _MOST_HEAP_BYTES, _ALIGNED = 4096, 65536, 16
# In its first rounds each process visits every point, then those with wide intervals more
# often, which is found out anew every few seconds.
_ROUNDS_OF_ALL = 3
_LOOK_AT_WIDTHS_EVERY_S = 5.0


class Sweep:
    """One sweep over the points of a job; `run` returns when every point has an outcome."""

    def __init__(
        self,
        job: Job,
        judge: Judge,
        append: Callable[[Row], None],
        progress: Callable[[Progress], None],
        earlier: Sequence[Row] = (),
        again: frozenset[str] = frozenset(),
        start: RowOffsets | None = None,
    ) -> None:
        self._job = job
        self._schedule = job.schedule
        self._judge = judge
        self._append = append
        self._progress = progress
        self._points = {point.id: point for point in job.points}
        self._log = VisitLog(job.points, earlier, again)
        self._canaries = {p.id: canaries_of(p, job.machine) for p in job.points}
        last_cache_bytes = job.machine.facts.last_cache_bytes
        self._untimed = {
            p.id: passes_that_fill(p.working_set_bytes, last_cache_bytes, p.predicted_s)
            for p in job.points
        }
        place = place_after(earlier, start)
        self._round, self._worker = place.round, place.worker
        # A resumed run goes on in time where it stopped.
        self._epoch_ns = perf_counter_ns() - int(place.at_s * 1e9)
        self._order = VisitOrder(job.points, random.Random(f"{job.seed}/{self._round}"))
        self._allotment = Allotment(self._order.together)
        self._outlook = Outlook(job.machine, job.schedule, len(job.points))
        self._begun = perf_counter()
        exceeding = (name for name, own in self._canaries.items() if "memory" in map(kind, own))
        self._ending = Ending(job.schedule, frozenset(exceeding))
        self.prepared_s = 0.0
        """Time of starting processes and preparing points in them."""

    @property
    def outcomes(self) -> dict[str, Status]:
        """Point id → how it ended, for the points that have."""
        return dict(self._log.done)

    @property
    def rounds_s(self) -> float:
        """Time of all rounds."""
        return self._outlook.measured_s

    @property
    def switched_out(self) -> float:
        """Share of all samples during which something else had the core."""
        visits = [visit for own in self._log.visits.values() for visit in own]
        samples = sum(len(visit.sample_times_s) for visit in visits)
        return sum(visit.switched_out for visit in visits) / max(1, samples)

    def baselines(self) -> dict[str, float]:
        """Every canary's baseline in this run, s."""
        return self._log.baselines()

    def run(self) -> None:
        """Start children and make rounds until every point has an outcome."""
        self._begun = perf_counter()
        first = self._worker
        outcome = "interrupted"
        try:
            attempt = 0
            while self._log.active() and attempt < self._schedule.workers:
                # A child that died is replaced within its worker process's share of the budget;
                # every death gives its point an outcome, so this ends.
                if self._take_worker(attempt):
                    attempt += 1
                self._worker += 1
            # Of all visits, and there are thousands: found once for all points that end here.
            baselines = self._effective_baselines()
            for point_id in self._log.active():
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

    def _take_worker(self, attempt: int) -> bool:
        """Rounds in one worker; False when it died before its share was used."""
        children: dict[str, Conversation] = {}
        active = self._log.active()
        begun = perf_counter()
        try:
            for environment in sorted({self._points[p].environment for p in active}):
                children[environment] = self._child(environment)
            ready = self._prepare_all(children, attempt)
            self.prepared_s += perf_counter() - begun
            return ready and self._rounds(children, attempt)
        finally:
            for timing_child in children.values():
                timing_child.close()

    def _child(self, environment: str) -> Conversation:
        """A child for the points of one environment."""
        active = self._log.active()
        own = [p for p in active if self._points[p].environment == environment]
        layout = random.Random(f"{self._job.seed}/{self._worker}/{environment}")
        begin = WorkerSetup(
            files=self._job.files,
            seed=self._job.seed,
            epoch_ns=self._epoch_ns,
            canary_names=tuple(sorted({n for p in own for n in self._canaries[p]})),
            heap_bytes=_ALIGNED * layout.randrange(_MOST_HEAP_BYTES // _ALIGNED),
        )
        environment_bytes = layout.randrange(1, _MOST_ENVIRONMENT_BYTES)
        python = self._job.other_python if environment else ""
        try:
            return Conversation.opened(_WORKER, begin, python, environment_bytes)
        except ChildDiedError as died:
            raise ChildError(
                f"the timing process did not start: {died.reason}; its own words are above"
            ) from died

    def _ask(
        self,
        children: Mapping[str, Conversation],
        point_id: str,
        request: PrepareRequest | VisitRequest,
    ) -> Reply:
        timing_child = children[self._points[point_id].environment]
        reply: Reply = timing_child.ask_for(request, _DECODER, self._schedule.visit_timeout_s)
        return reply

    def _prepare_all(self, children: Mapping[str, Conversation], attempt: int) -> bool:
        """Data, check and calibration of every point; False when a child died of one."""
        active = self._log.active()
        checked = self._log.checked
        start = perf_counter()
        countdown = forecast.Countdown(
            [forecast.prepare_s(self._points[p], checked=p not in checked) for p in active]
        )
        later_s = self._outlook.left_from(self._active_points(), attempt, 0, 0.0, self._round)
        for number, point_id in enumerate(active):
            left_s = countdown.left_s(number, perf_counter() - start) + later_s
            self._tell("preparing", point_id, left_s)
            request = PrepareRequest(
                point=self._points[point_id],
                worker=self._worker,
                check=point_id not in checked,
                canaries=self._canaries[point_id],
                untimed=self._untimed[point_id],
                evaluations=self._log.evaluations.get(point_id, 0),
            )
            try:
                reply = self._ask(children, point_id, request)
                if not isinstance(reply, Completion):
                    raise ChildDiedError(
                        Status.CRASHED, "its process gave an unexpected answer"
                    )
            except ChildDiedError as died:
                self._end(point_id, died.status, f"{died.reason} while it was prepared")
                return False
            self._append(reply.record)
            self._log.add(reply.record)
            if reply.record.status is Status.OK:
                checked.add(point_id)
            else:
                self._end(point_id, reply.record.status, reply.record.reason)
        return True

    def _rounds(self, children: Mapping[str, Conversation], attempt: int) -> bool:
        """Rounds until this worker's share is used; False when a child died in one."""
        schedule = self._schedule
        start = perf_counter()
        last = attempt == schedule.workers - 1
        share_s, most_s = self._outlook.share_s(attempt), self._outlook.most_s(attempt)
        span_s = schedule.span_s / schedule.workers
        rounds, looked_s = 0, 0.0
        self._allotment.reset()
        alive = True
        while alive and (active := self._log.active()):
            elapsed_s = perf_counter() - start
            if elapsed_s >= (share_s if rounds >= schedule.fewest_rounds else most_s):
                break
            if not last and rounds >= schedule.rounds_of_each and elapsed_s >= span_s:
                break
            points = self._active_points()
            self._outlook.look_ahead(points, attempt, rounds, elapsed_s, self._round)
            if rounds >= _ROUNDS_OF_ALL and elapsed_s - looked_s >= _LOOK_AT_WIDTHS_EVERY_S:
                looked_s = elapsed_s
                self._look_at_widths(active)
            chosen = self._allotment.chosen(active)
            alive = self._take_round(children, chosen)
            rounds += 1
            self._outlook.add_round([self._points[point_id] for point_id in chosen])
            if alive and last and rounds >= schedule.rounds_per_worker:
                self._finish_converged(active)
        self._outlook.measured_s += perf_counter() - start
        return alive

    def _take_round(self, children: Mapping[str, Conversation], active: Sequence[str]) -> bool:
        """One visit of each point, kept also when interrupted; False when a child died."""
        visits: list[Visit] = []
        try:
            for point_id in self._order.shuffled(active):
                self._tell("measuring", point_id, self._outlook.left_s())
                try:
                    reply = self._ask(children, point_id, VisitRequest(point=point_id))
                except ChildDiedError as died:
                    self._end(point_id, died.status, died.reason)
                    return False
                if isinstance(reply, ErrorReply):
                    self._end(point_id, Status.FAILED, reply.reason)
                elif isinstance(reply, VisitReply):
                    visits.append(reply.visit)
        finally:
            if visits:
                row = RoundRecord(round=self._round, worker=self._worker, visits=tuple(visits))
                self._append(row)
                self._log.add(row)
            self._round += 1
        return True

    def _look_at_widths(self, active: Sequence[str]) -> None:
        """Find out which points need more visits than others."""
        baselines = self._effective_baselines()
        least = self._schedule.fewest_visits
        seen = [p for p in active if len(self._log.visits[p]) >= least]
        self._allotment.update(
            {p: self._estimate(p, baselines).half_width for p in seen},
            self._schedule.half_width,
        )

    def _active_points(self) -> list[Point]:
        return [self._points[point_id] for point_id in self._log.active()]

    def _finish_converged(self, active: Sequence[str]) -> None:
        """Give an outcome to the points whose interval is narrow enough, partners together."""
        baselines = self._effective_baselines()
        done = self._log.done
        ready = {p for p in active if p not in done and self._is_ready(p, baselines)}
        for point_id in sorted(ready):
            if all(p in ready or p in done for p in self._order.together[point_id]):
                self._finish(point_id, baselines)

    def _is_ready(self, point_id: str, baselines: Mapping[str, float]) -> bool:
        visits = self._log.visits[point_id]
        if len(visits) >= self._schedule.visits_kept:
            return True
        if not self._ending.is_to_look_at(point_id, visits):
            return False
        return self._ending.is_done(point_id, self._estimate(point_id, baselines))

    def _estimate(self, point_id: str, baselines: Mapping[str, float]) -> Estimate:
        return self._judge(self._log.visits[point_id], self._log.worker_of[point_id], baselines)

    def _effective_baselines(self) -> dict[str, float]:
        """What this run's canaries are held against."""
        return effective_baselines(self._log.baselines(), self._job.baselines_s)

    def _finish(self, point_id: str, baselines: Mapping[str, float]) -> None:
        if not self._log.visits[point_id]:
            self._end(
                point_id,
                Status.SKIPPED,
                "time was up before its first visit; measure fewer points or use --full",
            )
            return
        estimate = self._estimate(point_id, baselines)
        width = units.plus_minus(estimate.half_width)
        word = "converged" if self._ending.has_converged(estimate) else "not converged"
        self._end(point_id, Status.OK, f"{word} ({width})")

    def _end(self, point_id: str, status: Status, reason: str) -> None:
        row = PointRecord(point=self._points[point_id], status=status, reason=reason)
        self._log.add(row)
        self._append(row)

    def _tell(self, stage: str, point_id: str, remaining_s: float) -> None:
        elapsed_s = perf_counter() - self._begun
        self._progress(
            Progress(
                stage=stage,
                points=len(self._points),
                points_done=len(self._log.done),
                point=point_id,
                elapsed_s=elapsed_s,
                remaining_s=remaining_s,
                # Visits take about as long at the end as at the beginning.
                share=elapsed_s / max(elapsed_s + remaining_s, 1e-9),
            )
        )
