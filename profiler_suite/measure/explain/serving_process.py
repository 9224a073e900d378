"""A process that answers requests for one function, and what it answers."""

from typing import Any, BinaryIO, Protocol

from profiler_suite import child
from profiler_suite.measure.explain.records import (
    FailureReply,
    FirstLook,
    FunctionRecord,
    LoadReply,
    Stage,
    TrialResult,
)
from profiler_suite.measure.explain.ways.records import WayRecord

Reply = LoadReply | FunctionRecord | TrialResult | WayRecord
Answer = Reply | FailureReply | FirstLook | Stage


SERVED = "profiler_suite.measure.explain.served"
"""The module that such a process runs."""


class ServingProcess(Protocol):
    """A process that answers requests for one function."""

    requests: BinaryIO
    answers: BinaryIO

    def end(self) -> None:
        """End it, whatever it does."""

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""

    def close(self) -> None:
        """End it, wait for it, and close the pipes to it."""


class StartedProcess:
    """A new Python process, which loads the function by its name."""

    def __init__(
        self,
        module: str = SERVED,
        *arguments: str,
        python: str = "",
        **options: Any,
    ) -> None:
        """`options` are those of subprocess.Popen; `python` is another interpreter."""
        self._process = child.start(module, *arguments, python=python, **options)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self.answers: BinaryIO = self._process.stdout  # type: ignore[assignment]

    def end(self) -> None:
        """End it, whatever it does."""
        child.end(self._process)

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""
        return child.how_it_ended(self._process)

    def close(self) -> None:
        """End it, wait for it, and close the pipes to it."""
        child.close(self._process)
