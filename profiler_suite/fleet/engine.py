"""Workers of a Dask scheduler: who is there, what they are given, what they answer."""

import asyncio
import contextlib
import itertools
import logging
import queue
import re
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlsplit

from profiler_suite import units
from profiler_suite.errors import FleetError, UsageError
from profiler_suite.fleet.security import Certificates, security_of
from profiler_suite.model.noun import Noun

RESOURCE = "timing"
"""What a worker declares one of: ``dask worker … --resources "timing=1"``."""

WAIT_S = 8.0
"""How long a scheduler, and then a worker, is waited for unless something else is asked."""
# Who took the connection says in much less whether it is a scheduler.
_TALK_S = 2.0
# A reply that is there is fetched in much less.
_FETCH_S = 15.0
# What stands around the reason in a message of OpenSSL's.
_SSL = re.compile(r"^.*\[SSL[^\]]*\]\s*|\s*\(_ssl\.c:\d+\)")
_ADDRESS = re.compile(r"(?:tcp|tls)://\S+:\d+/?")

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
        """Replies that have come, waiting at most that long for the first."""

    def close(self) -> None:
        """Let go of the scheduler."""


async def _knock(address: str, security: Any, wait_s: float) -> None:
    """Whether a scheduler answers there; a client alone waits for ever for what is none."""
    from distributed.comm import core

    connect: Any = core.connect  # it has no types
    arguments = security.get_connection_args("client") if security is not None else {}

    async def ask() -> Any:
        comm = await connect(address, timeout=wait_s, **arguments)
        try:
            await comm.write({"op": "identity", "reply": True})
            return await comm.read()
        finally:
            comm.abort()

    # Connecting ends by itself and says why it failed: what ends the talk must not come first.
    identity = await asyncio.wait_for(ask(), wait_s + _TALK_S)
    if not isinstance(identity, dict) or identity.get("type") != "Scheduler":
        raise ValueError("what answers there is not a scheduler")


def _run(knocking: Coroutine[Any, Any, None]) -> None:
    """To its end, in a thread of its own where this one runs a loop, as a notebook's does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(knocking)
        return
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, knocking).result()


def _refusal(address: str) -> OSError | None:
    """Why there is no connection at all; None where there is one."""
    place = urlsplit(address)
    try:
        socket.create_connection((place.hostname or "", place.port or 0), _TALK_S).close()
    except OSError as error:
        return error
    return None


def _why(error: BaseException, address: str) -> str:
    """The reason in brackets; an encrypted door may be knocked at without a key."""
    inner = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    said = " ".join(str(inner).split())
    if isinstance(inner, ssl.SSLError) or "SSLError" in said:
        return f" (its certificate and ours do not match: {_SSL.sub('', said)})"
    refusal = _refusal(address)  # the last of several tries may have been cut short
    if refusal is not None:
        return f" ({' '.join(str(refusal).split())})"
    if isinstance(inner, TimeoutError | asyncio.CancelledError):
        return " (what answers there does not talk like a scheduler)"
    plain = "" if address.startswith("tls") else ", perhaps because it is encrypted (tls://)"
    return f" ({said or type(inner).__name__}{plain})"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what Dask's own log says of each try to connect."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for each, level in zip(loggers, before, strict=True):
            each.setLevel(level)


class DaskEngine:
    """The engine that is a client of a Dask scheduler."""

    def __init__(
        self,
        address: str,
        certificates: Certificates | None = None,
        wait_s: float = WAIT_S,
    ) -> None:
        """Connect to the scheduler, waiting at most that long; UsageError if it is absent."""
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
        security = security_of(address, certificates or Certificates())
        client: Any = distributed.Client  # its methods have no types
        try:
            with _quiet():
                _run(_knock(address, security, wait_s))
                self._client = client(
                    address, timeout=wait_s, set_as_default=False, security=security
                )
        except Exception as error:
            raise UsageError(
                f"no scheduler answers at {address} within {units.duration(wait_s)}"
                f"{_why(error, address)}; start one with `dask scheduler`, or wait longer "
                "with --wait SECONDS"
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
            # By its name: a worker that has to unpickle what it does not have would die of it.
            eval,
            f"__import__('importlib').import_module({question.__module__!r})"
            f".{question.__name__}(content)",
            {"content": content},
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
        """Replies that have come, waiting at most that long for the first."""
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
                return [Reply(ticket=ticket, answer=future.result(timeout=_FETCH_S))]
            if future.status == "error":
                error = future.exception(timeout=_FETCH_S)
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
