"""The parent's end of templates: one for each revision and pair of processes, while it lasts.

A pair of processes that is forked for each function starts in a tenth of the time. Templates of
the pairs differ from each other as processes do, in where their memory lies, so that what the
pairs of one function differ by is what it was.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from profiler_suite import child
from profiler_suite.errors import ChildError
from profiler_suite.measure.explain.serving_process import ServingProcess
from profiler_suite.measure.race.lockstep import (
    GuardedFunction,
    Revision,
    environment_of,
    process_of,
)
from profiler_suite.measure.race.template import FORK, GOING, WAIT

MODULE = "profiler_suite.measure.race.template"
# More pairs are rare, and an idle template has some 40 MB.
_KEPT_PAIRS = 4
_CONNECT_S = 30.0


class Template:
    """A process that forks others on demand."""

    def __init__(self, revision: Revision) -> None:
        self._process = child.start(
            MODULE, python=revision.python, cwd=revision.folder, env=environment_of(revision)
        )

    def order(self, *words: str) -> str:
        """The answer to one order; empty where it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write("\t".join(words).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return ""
        return self._process.stdout.readline().decode().strip()

    def fork(self) -> "ForkedProcess":
        """A process of its own for one function; ChildError where there is none."""
        with tempfile.TemporaryDirectory(prefix="ps_") as folder:
            path = str(Path(folder) / "s")
            with socket.socket(socket.AF_UNIX) as listening:
                listening.bind(path)
                listening.listen(1)
                listening.settimeout(_CONNECT_S)
                pid = self.order(FORK, path)
                try:
                    talk, _ = listening.accept() if pid else (None, None)
                except TimeoutError:
                    talk = None
        if talk is None:
            raise ChildError(
                f"no process can be forked: {child.how_it_ended(self._process)}; give the same "
                "command again"
            )
        talk.settimeout(None)
        return ForkedProcess(self, int(pid), talk)

    def close(self) -> None:
        """End it; its forks end with it."""
        child.close(self._process)


class ForkedProcess:
    """A fork as `child` ends processes: its parent is the template, which waits for it."""

    stdin = stdout = stderr = None

    def __init__(self, template: Template, pid: int, talk: socket.socket) -> None:
        self._template = template
        self.pid = pid
        self.returncode: int | None = None
        self._talk = talk
        self.requests: BinaryIO = talk.makefile("wb")
        self.answers: BinaryIO = talk.makefile("rb")

    def wait(self, timeout: float | None = None) -> int:
        """As of a process that was started here."""
        if self.returncode is None:
            said = self._template.order(WAIT, str(self.pid), str(timeout or _CONNECT_S))
            if said == GOING:
                raise subprocess.TimeoutExpired("a fork", timeout or _CONNECT_S)
            self.returncode = int(said or -9)
        return self.returncode

    def _as_popen(self) -> "subprocess.Popen[bytes]":
        return cast("subprocess.Popen[bytes]", self)

    def end(self) -> None:
        """End it, whatever it does."""
        child.end(self._as_popen())

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""
        return child.how_it_ended(self._as_popen())

    def close(self) -> None:
        """End it, wait for it, and close the pipes to it."""
        self.end()
        for each in (self.requests, self.answers, self._talk):
            with contextlib.suppress(OSError):
                each.close()


class Templates:
    """All templates of a guard: made when they are first needed, ended together."""

    def __init__(
        self,
        make: Callable[[Revision], Template] = Template,
        start: Callable[[Revision, GuardedFunction], ServingProcess] = process_of,
    ) -> None:
        self._make, self._start = make, start
        self._made: dict[tuple[str, int], Template] = {}

    def __enter__(self) -> "Templates":
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._made.values():
            each.close()

    def starting(self, number: int) -> Callable[[Revision, GuardedFunction], ServingProcess]:
        """What starts the processes of the pair with that number."""

        def start(revision: Revision, function: GuardedFunction) -> ServingProcess:
            # Elsewhere a fork is not safe beside libraries of the system.
            alone = sys.platform != "linux" or not hasattr(os, "fork")
            if alone or function.marked or number >= _KEPT_PAIRS:
                return self._start(revision, function)
            key = (revision.folder, number)
            if key not in self._made:
                self._made[key] = self._make(revision)
            return self._made[key].fork()

        return start
