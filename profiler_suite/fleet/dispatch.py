"""The driver: meets workers, gives one block at a time to every host, keeps what comes back."""

import dataclasses
import re
from collections.abc import Callable
from time import monotonic

import msgspec

from profiler_suite import __version__
from profiler_suite.fleet import task
from profiler_suite.fleet.engine import RESOURCE, Engine, FleetWorker, Question, Reply
from profiler_suite.fleet.identity import differences
from profiler_suite.fleet.series import HostSeries, PointBlock
from profiler_suite.model.rows import HostRecord

_LOOK_EVERY_S = 1.0
# What a host may fail at in a row before it gets nothing any more.
_MOST_FAILURES = 2
# A worker that has something else to do first does not keep the others waiting.
_INTRODUCTION_S = 20.0
# A nanny starts a worker again in about a second, a batch system in minutes.
PATIENCE_S = 60.0
_NO_MODULE = re.compile(r"No module named '(\w+)")
NO_WORKER = "no worker has connected"


@dataclasses.dataclass
class _Host:
    """One host, and what it is doing."""

    record: HostRecord
    workers: dict[str, FleetWorker] = dataclasses.field(default_factory=dict)
    """By address."""
    series: HostSeries | None = None
    """Its series, once the host is surveyed."""
    failures: int = 0
    """Questions in a row that ended in an error."""


@dataclasses.dataclass(frozen=True)
class _OpenQuestion:
    """A question that has no reply yet."""

    what: str
    """'introduction', 'survey' or 'block'."""
    worker: FleetWorker
    host: str = ""
    block: PointBlock | None = None
    series: HostSeries | None = None


@dataclasses.dataclass(frozen=True)
class DriverRules:
    """What the command line decides for the driver."""

    choose: Callable[[list[HostRecord]], HostRecord | None]
    """Of the hosts that are there at first, the one the others must be like; None: no one."""
    enlist: Callable[[HostRecord], HostSeries]
    """The series a surveyed host measures."""
    surveyed: Callable[[str], HostRecord | None]
    """What an earlier part of this run knows of a host."""
    assign: Callable[[PointBlock, HostSeries, HostRecord], bytes]
    """The Assignment of a block."""
    coarse: bool
    """Survey in a hurry."""
    perform: Question = task.perform


@dataclasses.dataclass(frozen=True)
class DriverCallbacks:
    """Callbacks of the driver: warnings, messages, progress."""

    warn: Callable[[str], None]
    say: Callable[[str], None]
    progress: Callable[["Driver"], None]


class Driver:
    """One run over the workers of an engine."""

    def __init__(
        self,
        engine: Engine,
        rules: DriverRules,
        heard: DriverCallbacks,
        patience_s: float = PATIENCE_S,
        wait_s: float = PATIENCE_S,
    ) -> None:
        """`wait_s` is for the first worker to come, `patience_s` for one that was there."""
        self._engine = engine
        self._rules = rules
        self._heard = heard
        self._patience_s = patience_s
        self._wait_s = wait_s
        self._asked: dict[int, _OpenQuestion] = {}
        self._known: dict[str, str] = {}
        """Address → identity of the workers that were asked to introduce themselves."""
        self._hosts: dict[str, _Host] = {}
        self._waiting: list[tuple[FleetWorker, HostRecord]] = []
        """Workers that came before the reference host was chosen."""
        self._reference: HostRecord | None = None
        self._chosen = False
        self.refusals: list[str] = []
        """Who may not measure, and why."""
        self._told_refusals = 0
        self._looked_at = -_LOOK_EVERY_S
        self._seen_at = self._met_at = monotonic()

    @property
    def series(self) -> list[HostSeries]:
        """The series that hosts are measuring."""
        found = {id(h.series): h.series for h in self._hosts.values() if h.series is not None}
        return list(found.values())

    @property
    def hosts(self) -> list[str]:
        """Names of the hosts with a worker that may measure."""
        return [name for name, host in self._hosts.items() if host.workers]

    def run(self) -> str:
        """Measure until nothing is left or no worker is there; returns why it ended early."""
        while True:
            if monotonic() - self._looked_at >= _LOOK_EVERY_S:
                self._look()
            self._give()
            if self._finished():
                return ""
            # A worker that is there but busy is waited for as long as one that was lost.
            known = bool(self._hosts or self._asked)
            limit_s = self._patience_s if known else self._wait_s
            if not self._measuring() and monotonic() - self._seen_at > limit_s:
                return self._nobody()
            for reply in self._engine.replies(_LOOK_EVERY_S / 2):
                self._take(reply)
            self._heard.progress(self)

    def _finished(self) -> bool:
        series = self.series
        surveyed = all(h.series is not None for h in self._hosts.values() if h.workers)
        return (
            bool(series)
            and not self._measuring()
            and surveyed
            and not any(each.blocks_left for each in series)
        )

    def _measuring(self) -> bool:
        return any(asked.what != "introduction" for asked in self._asked.values())

    def _nobody(self) -> str:
        if not self._hosts and self._asked:
            return "no worker answers"
        if not self._hosts and self.refusals:
            more = f"; and {len(self.refusals) - 1} more" if len(self.refusals) > 1 else ""
            return f"no worker may measure: {self.refusals[0]}{more}"
        if not self._hosts:
            return NO_WORKER
        return "no worker is left"

    # ------------------------------------------------------------- who is there

    def _look(self) -> None:
        """Notice workers that have come, and those that are gone."""
        self._looked_at = monotonic()
        there = {worker.address: worker for worker in self._engine.workers()}
        for address, identity in list(self._known.items()):
            if address not in there or there[address].identity != identity:
                self._lose(address)
        for worker in there.values():
            if worker.address not in self._known:
                self._known[worker.address] = worker.identity
                self._meet(worker)
        if self.hosts:
            self._seen_at = monotonic()
        if self._waiting and monotonic() - self._met_at > _INTRODUCTION_S:
            self._choose()

    def _meet(self, worker: FleetWorker) -> None:
        if worker.slots < 1:
            self._refuse(
                worker.address,
                f'it declares no resource; start it with --resources "{RESOURCE}=1"',
            )
            return
        self._ask("introduction", task.introduce, b"", worker, timing=False)

    def _lose(self, address: str) -> None:
        """A worker is gone: what it had in hand is to be done by another."""
        del self._known[address]
        self._waiting = [(w, r) for w, r in self._waiting if w.address != address]
        for host in self._hosts.values():
            host.workers.pop(address, None)
        for ticket, asked in list(self._asked.items()):
            if asked.worker.address == address:
                self._engine.forget(ticket)
                del self._asked[ticket]
                if asked.block is not None and asked.series is not None:
                    self._heard.warn(f"worker {address} is lost; its points are measured again")
                    asked.series.give_back(asked.block, "its worker was lost")

    def _refuse(self, who: str, why: str) -> None:
        self.refusals.append(f"worker {who} gets no work: {why}")
        self._tell_refusals()

    def _tell_refusals(self) -> None:
        """As warnings once some host measures; else they are the reason why none does."""
        if not self._hosts:
            return
        for refusal in self.refusals[self._told_refusals :]:
            self._heard.warn(refusal)
        self._told_refusals = len(self.refusals)

    def _introduced(self, worker: FleetWorker, record: HostRecord) -> None:
        if record.suite_version != __version__:
            self._refuse(
                f"{worker.address} on {record.host}",
                f"it has profiler_suite {record.suite_version}, this is {__version__}",
            )
        elif self._chosen:
            self._admit(worker, record)
        else:
            if not self._waiting:
                self._met_at = monotonic()
            self._waiting.append((worker, record))
        self._choose_if_all_are_known()

    def _choose_if_all_are_known(self) -> None:
        introducing = any(asked.what == "introduction" for asked in self._asked.values())
        if not self._chosen and self._waiting and not introducing:
            self._choose()

    def _choose(self) -> None:
        """All that were there at first have introduced themselves."""
        self._chosen = True
        self._reference = self._rules.choose([record for _, record in self._waiting])
        waiting, self._waiting = self._waiting, []
        for worker, record in waiting:
            self._admit(worker, record)

    def _admit(self, worker: FleetWorker, record: HostRecord) -> None:
        who = f"{worker.address} on {record.host}"
        if self._reference is not None:
            unlike = differences(record, self._reference)
            if unlike:
                said = "; ".join(unlike)
                self._refuse(who, f"it is unlike {self._reference.host}: {said}")
                return
        host = self._hosts.get(record.host)
        if host is None:
            host = self._hosts[record.host] = _Host(record=record)
        else:
            unlike = differences(record, host.record)
            if unlike:
                self._refuse(
                    who,
                    f"it is unlike another worker of that host: {'; '.join(unlike)}; give "
                    f"one of them another name with {task.HOST_VARIABLE}",
                )
                return
        host.workers[worker.address] = worker
        self._tell_refusals()

    # ----------------------------------------------- which worker does what

    def _ask(
        self,
        what: str,
        question: Question,
        content: bytes,
        worker: FleetWorker,
        *,
        timing: bool,
        host: str = "",
        block: PointBlock | None = None,
        series: HostSeries | None = None,
    ) -> None:
        ticket = self._engine.ask(question, content, worker, timing)
        self._asked[ticket] = _OpenQuestion(
            what=what, worker=worker, host=host, block=block, series=series
        )

    def _give(self) -> None:
        """Something to do for every host that has nothing in hand."""
        busy = {asked.host for asked in self._asked.values()}
        idle = [h for name, h in self._hosts.items() if h.workers and name not in busy]
        for host in idle:
            if host.series is None:
                self._survey(host)
        # Where the plan is split, hosts that are still being surveyed will want their part.
        coming = self._reference is not None
        later = sum(h.series is None and bool(h.workers) for h in self._hosts.values())
        for number, host in enumerate(idle):
            if host.series is None:
                continue
            hands = sum(other.series is host.series for other in idle[number:])
            hands += later if coming else 0
            block = host.series.take(hands)
            if block is not None:
                self._ask(
                    "block",
                    self._rules.perform,
                    self._rules.assign(block, host.series, host.record),
                    next(iter(host.workers.values())),
                    timing=True,
                    host=host.record.host,
                    block=block,
                    series=host.series,
                )

    def _survey(self, host: _Host) -> None:
        name, worker = host.record.host, next(iter(host.workers.values()))
        before = self._rules.surveyed(name)
        if before is not None:
            unlike = differences(host.record, before)
            if not unlike:
                self._enlist(host, before)
                return
            host.workers.pop(worker.address)
            self._refuse(
                f"{worker.address} on {name}",
                f"that host was another one when this run began: {'; '.join(unlike)}",
            )
            return
        self._heard.say(f"surveying {name}")
        content = msgspec.json.encode(self._rules.coarse)
        self._ask("survey", task.survey_host, content, worker, timing=True, host=name)

    def _enlist(self, host: _Host, record: HostRecord) -> None:
        host.record = record
        host.series = self._rules.enlist(record)
        host.series.join(record)

    # -------------------------------------------------------- what comes back

    def _take(self, reply: Reply) -> None:
        asked = self._asked.pop(reply.ticket, None)
        if asked is None:
            return
        if reply.error:
            self._failed(asked, reply.error)
        elif asked.what == "introduction":
            self._introduced(asked.worker, msgspec.json.decode(reply.answer, type=HostRecord))
        elif asked.what == "survey":
            self._enlist(
                self._hosts[asked.host], msgspec.json.decode(reply.answer, type=HostRecord)
            )
        elif asked.block is not None and asked.series is not None:
            answer = msgspec.json.decode(reply.answer, type=task.TaskAnswer)
            self._hosts[asked.host].failures = 0
            for warning in answer.warnings:
                self._heard.warn(f"{asked.host}: {warning}")
            asked.series.keep(asked.block, answer, asked.worker.address)

    def _failed(self, asked: _OpenQuestion, error: str) -> None:
        """A question ended in an error: another worker may do better, this one twice more."""
        if asked.block is not None and asked.series is not None:
            asked.series.give_back(asked.block, error)
        host = self._hosts.get(asked.host)
        if host is not None:
            host.failures += 1
        if asked.what == "introduction" or host is None or host.failures >= _MOST_FAILURES:
            if host is not None:
                host.workers.pop(asked.worker.address, None)
                host.failures = 0
            self._refuse(asked.worker.address, _lacking(error) or error)
            self._choose_if_all_are_known()


def _lacking(error: str) -> str:
    """What to install where a worker lacks a package; empty where it lacks none."""
    found = _NO_MODULE.search(error)
    if not found:
        return ""
    return (
        f"it has no {found[1]}; install it there: python -m pip install "
        f"'profiler-suite[fleet]=={__version__}'"
    )
