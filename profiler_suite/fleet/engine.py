"""Workers of a Dask scheduler: who is there, what they are given, what they answer."""

import contextlib
import itertools
import queue
import re
from collections.abc import Callable
from typing import Any, Protocol

from profiler_suite.errors import FleetError, UsageError
from profiler_suite.model.noun import Noun

RESOURCE = "timing"
"""What a worker declares one of: ``dask worker … --resources "timing=1"``."""

_CONNECT_S = 15.0
_ADDRESS = re.compile(r"[a-z]+://\S+:\d+/?")

Question = Callable[[bytes], bytes]
"""A function of `fleet.task`, run in the worker's process."""


class FleetWorker(Noun, frozen=True):
    """A worker process that the scheduler knows."""

    address: str
    identity: str
    """Another one for a process that has been started again at the same address."""
    slots: float
    """How many of the resource it declares: timing tasks it takes at a time."""


class Reply(Noun, frozen=True):
    """What became of one question."""

    ticket: int
    answer: bytes = b""
    error: str = ""
    """Why there is no answer; empty when there is one."""


class Engine(Protocol):
    """What the dispatcher needs of an engine."""

    def workers(self) -> list[FleetWorker]:
        """The workers that are there now."""

    def ask(self, question: Question, content: bytes, worker: FleetWorker, timing: bool) -> int:
        """Put a question to a worker; returns the ticket its reply will have."""

    def forget(self, ticket: int) -> None:
        """A question whose reply is no longer wanted."""

    def replies(self, timeout_s: float) -> list[Reply]:
        """Replies that have come, waiting for the first at most so long."""

    def close(self) -> None:
        """Let go of the scheduler."""


class DaskEngine:
    """The engine that is a client of a Dask scheduler."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError as error:
            raise UsageError(
                "--scheduler needs dask.distributed; install it with: "
                "pip install 'profiler-suite[fleet]'"
            ) from error
        if not _ADDRESS.fullmatch(address):
            raise UsageError(
                f"{address!r} is no address of a scheduler; give what it says when it starts, "
                "such as tcp://10.0.0.1:8786"
            )
        self._address = address
        client: Any = distributed.Client  # its methods have no types
        try:
            self._client = client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"no scheduler answers at {address} ({type(error).__name__}: {error}); start "
                "one with: dask scheduler"
            ) from error
        self._futures: dict[int, Any] = {}
        self._tickets = itertools.count(1)
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()

    def workers(self) -> list[FleetWorker]:
        """The workers that are there now."""
        self._check()
        try:
            found = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, TypeError) as error:
            raise self._lost() from error
        return [
            FleetWorker(
                address=address,
                identity=str(about.get("id", "")),
                slots=float(about.get("resources", {}).get(RESOURCE, 0.0)),
            )
            for address, about in found.items()
        ]

    def ask(self, question: Question, content: bytes, worker: FleetWorker, timing: bool) -> int:
        """Put a question to a worker; returns the ticket its reply will have."""
        self._check()
        ticket = next(self._tickets)
        future = self._client.submit(
            question,
            content,
            workers=[worker.address],
            allow_other_workers=False,
            resources={RESOURCE: 1} if timing else None,
            pure=False,
            retries=0,
        )
        self._futures[ticket] = future
        future.add_done_callback(lambda _: self._done.put(ticket))
        return ticket

    def forget(self, ticket: int) -> None:
        """A question whose reply is no longer wanted."""
        future = self._futures.pop(ticket, None)
        if future is not None:
            with contextlib.suppress(OSError):
                future.cancel()

    def replies(self, timeout_s: float) -> list[Reply]:
        """Replies that have come, waiting for the first at most so long."""
        found: list[Reply] = []
        with contextlib.suppress(queue.Empty):
            found += self._reply(self._done.get(timeout=timeout_s))
            while True:
                found += self._reply(self._done.get_nowait())
        return found

    def _reply(self, ticket: int) -> list[Reply]:
        future = self._futures.pop(ticket, None)
        if future is None:  # forgotten in the meantime
            return []
        try:
            if future.status == "finished":
                return [Reply(ticket=ticket, answer=future.result(timeout=_CONNECT_S))]
            if future.status == "error":
                error = future.exception(timeout=_CONNECT_S)
                return [Reply(ticket=ticket, error=f"{type(error).__name__}: {error}")]
        except Exception as error:  # noqa: BLE001 - whatever a worker could not send back
            self._check()
            return [Reply(ticket=ticket, error=f"{type(error).__name__}: {error}")]
        # Neither: it was cancelled, which nobody but a lost scheduler does.
        raise self._lost()

    def _check(self) -> None:
        if self._client.status != "running":
            raise self._lost()

    def _lost(self) -> FleetError:
        return FleetError(f"the scheduler at {self._address} is gone")

    def close(self) -> None:
        """Let go of the scheduler."""
        for ticket in list(self._futures):
            self.forget(ticket)
        with contextlib.suppress(Exception):
            self._client.close(timeout=2.0)
