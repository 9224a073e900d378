"""What is said of calls while the program runs: a connection for each message."""

import _socket  # the modules of Python themselves bring in ten others
import contextlib
import json
import os
from typing import Any

from profiler_suite.measure.program.catching.wish import Wish

# Page faults of a few calls say nothing.
_ENOUGH = 5
_getpid = os.getpid  # the program may replace it


class CallChannel:
    """To the process that waits for calls; where nobody does, nothing is said."""

    def __init__(self, path: str) -> None:
        self.path = path

    def connected(self, said: dict[str, Any]) -> _socket.socket:
        """A connection whose first line says what it is about."""
        talk = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            talk.connect(self.path)
            talk.sendall(json.dumps(said).encode() + b"\n")
        except OSError:
            talk.close()
            raise
        return talk

    def holder(self, wish: Wish, call: int) -> _socket.socket:
        """The connection of a copy that is to wait with that call."""
        return self.connected({"kind": "holder", "call": call, **_of(wish)})

    def tell(self, kind: str, wish: Wish, **more: Any) -> None:
        """Say how often it was called so far and what that cost, and one thing more."""
        said = {
            "kind": kind,
            "calls": wish.calls,
            "total_s": wish.total_s,
            "median_s": _median(wish.costs),
            "mean_s": sum(wish.costs) / max(1, len(wish.costs)),
            "uncounted": wish.uncounted,
            "faults": _median(wish.faults) if len(wish.faults) >= _ENOUGH else -1,
            "grown": wish.grown,
            **_of(wish),
            **more,
        }
        with contextlib.suppress(OSError):
            self.connected(said).close()


def _of(wish: Wish) -> dict[str, Any]:
    named = {"wish": wish.number, "file": wish.file, "qualname": wish.qualname}
    return {**named, "program": _getpid()}


def _median(values: list[Any]) -> Any:
    return sorted(values)[len(values) // 2] if values else 0.0
