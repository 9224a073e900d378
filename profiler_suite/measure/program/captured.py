"""Runs a program with a hook on chosen functions, and keeps what it caught of their calls."""

import contextlib
import json
import os
import signal
import socket
import sysconfig
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.program.catching import by_name, every_call
from profiler_suite.measure.program.caught_calls import CallMemory, CallWish, CaughtCalls
from profiler_suite.measure.program.request import Probe, ProgramTarget, with_workers
from profiler_suite.measure.program.running import ProgramEnd, run_program

_PACKAGES = str(Path(by_name.__file__).resolve().parents[4])
# A fork, and the imports of what measures, on a busy machine.
_START_S = 60.0
_WORD_S = 2.0
NO_CATCHING = (
    "calls of a running program can be caught where processes fork: on Linux and macOS"
)


class Capture:
    """The calls that were caught; the processes that hold them end when it is closed."""

    def __init__(self, wishes: Sequence[CallWish] = ()) -> None:
        self.caught = [CaughtCalls(wish) for wish in wishes]
        self._by_name: dict[tuple[str, str], CaughtCalls] = {}
        self.end = ProgramEnd(exit_code=0, wall_s=0.0)
        self._folder = tempfile.mkdtemp(prefix="ps-")
        self.path = str(Path(self._folder) / "calls")
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self.path)
        self._listening.listen(64)
        self._sessions: dict[int, tuple[socket.socket, int]] = {}
        self._changed = threading.Condition()
        self._count = 0
        self._closed = self._heard_all = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, wish: CallWish) -> CaughtCalls:
        """What was caught of it; nothing where no call of it was kept."""
        with self._changed:
            for each in self.caught:
                if each.wish == wish:
                    return each
            name = "" if wish.first else wish.qualname
            return self._by_name.get((wish.file, name), CaughtCalls(wish))

    def probe(self, limit_bytes: float = 0.0, looking_s: float = 0.0) -> Probe:
        """What catches the calls in the program: of the functions that were wished for."""
        settings = self._settings(limit_bytes) | {"looking_s": looking_s}
        return Probe(file=by_name.__file__, settings=json.dumps(settings))

    def probe_of_all(self) -> Probe:
        """What catches calls of all functions of the program's own, beside those wishes."""
        paths = sysconfig.get_paths()
        standard = {os.path.realpath(paths[each]) for each in ("stdlib", "platstdlib")}
        settings = self._settings(0.0) | {
            "others": [*sorted(standard), str(Path(_PACKAGES) / "profiler_suite")],
        }
        return Probe(file=every_call.__file__, settings=json.dumps(settings))

    def _settings(self, limit_bytes: float) -> dict[str, Any]:
        names = CallWish.__struct_fields__
        return {
            "wishes": [{name: getattr(e.wish, name) for name in names} for e in self.caught],
            "socket": self.path,
            "package": _PACKAGES,
            "limit_bytes": limit_bytes,
        }

    def close(self) -> None:
        """Let all that is held go."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for each in (*self.caught, *self._by_name.values()):
            for held in each.kept.values():
                held.close()
            each.kept.clear()
        with contextlib.suppress(OSError):
            Path(self.path).unlink()
            Path(self._folder).rmdir()

    # ------------------------------------------------------------------ hearing

    def _listen(self) -> None:
        while not self._closed:
            try:
                talk, _ = self._listening.accept()
            except OSError:
                return
            talk.settimeout(_WORD_S)
            try:
                self._hear(json.loads(_line(talk)), talk)
            except (OSError, ValueError):
                talk.close()

    def _hear(self, said: dict[str, Any], talk: socket.socket) -> None:
        with self._changed:
            if said["kind"] == "session":
                talk.settimeout(None)
                self._sessions[said["session"]] = talk, said["pid"]
            elif said["kind"] == "all":
                self._heard_all = True
                talk.close()
            else:
                self._note(self._named(said), said, talk)
            self._changed.notify_all()

    def hear_all(self) -> None:
        """Wait until all has been heard that the program said before it ended.

        Who connects is heard in turn, so what we say ourselves is the last.
        """
        with socket.socket(socket.AF_UNIX) as talk, contextlib.suppress(OSError):
            talk.settimeout(_WORD_S)
            talk.connect(self.path)
            talk.sendall(json.dumps({"kind": "all"}).encode() + b"\n")
            with self._changed:
                self._changed.wait_for(lambda: self._heard_all, _WORD_S)

    def _named(self, said: dict[str, Any]) -> CaughtCalls:
        number: int = said["wish"]
        if number >= 0:
            return self.caught[number]
        file, qualname = said["file"], said["qualname"]
        new = CaughtCalls(CallWish(file=file, qualname=qualname))
        found: CaughtCalls = self._by_name.setdefault((file, qualname), new)
        return found

    def _note(self, of: CaughtCalls, said: dict[str, Any], talk: socket.socket) -> None:
        program = said["program"]
        key = program, said.get("call", 0)
        if said["kind"] == "holder":
            of.kept[key] = talk
            of.seen_in(program, said["call"])
            return
        talk.close()
        of.seen_in(program, said["calls"], said["total_s"])
        of.median_s, of.mean_s = said["median_s"], said["mean_s"]
        of.uncounted |= said["uncounted"]
        of.memory = CallMemory(page_faults=said["faults"], grown_bytes=said["grown"])
        if said["kind"] == "cost":
            of.costs_s[key] = said["seconds"]
        elif said["kind"] == "dropped" and key in of.kept:
            of.kept.pop(key).close()

    # ----------------------------------------------------------------- sessions

    def session(self, of: CaughtCalls, within_s: float = 0.0) -> "HeldProcess":
        """A process that answers requests for that call, as it was when it began.

        `within_s` is how long it may take to answer at all; 0 for the usual.
        """
        chosen = of.representative
        if chosen is None:
            raise FunctionError(f"no call of {of.wish.target} was caught")
        control = of.kept[chosen]
        self._count += 1
        number = self._count
        order = {"session": number, "first": of.wish.first, "last": of.wish.last}
        try:
            control.sendall(json.dumps(order).encode() + b"\n")
        except OSError as error:
            raise FunctionError(
                f"the copy of the program that held a call of {of.wish.target} has ended "
                f"({error.strerror}); was there enough memory?"
            ) from error
        with self._changed:
            if not self._changed.wait_for(
                lambda: number in self._sessions, within_s or _START_S
            ):
                raise FunctionError(
                    f"the copy of the program that held a call of {of.wish.target} gives no "
                    "answer"
                )
            talk, pid = self._sessions.pop(number)
        return HeldProcess(talk, pid, control)


class HeldProcess:
    """A forked copy of the program that answers requests for one caught call."""

    def __init__(self, talk: socket.socket, pid: int, control: socket.socket) -> None:
        self._talk, self._pid, self._control = talk, pid, control
        self.requests: BinaryIO = talk.makefile("wb")
        self.answers: BinaryIO = talk.makefile("rb")
        self._ended = False

    def end(self) -> None:
        """End it, whatever it does."""
        if not self._ended:
            self._ended = True
            with contextlib.suppress(OSError):
                os.killpg(self._pid, signal.SIGKILL)

    def how_it_ended(self) -> str:
        """In words, of one that gives no more answers."""
        self._control.settimeout(_WORD_S)
        with contextlib.suppress(OSError, ValueError):
            for _ in range(16):
                said = json.loads(_line(self._control))
                if said.get("ended") == self._pid:
                    return _in_words(said["code"])
        return "its process closed its connection"

    def close(self) -> None:
        """End it and close the connection to it; its own parent waits for it."""
        self.end()
        for each in (self.requests, self.answers, self._talk):
            with contextlib.suppress(OSError):
                each.close()


def _in_words(code: int) -> str:
    if code >= 0:
        return f"its process exited with code {code}"
    try:
        return f"its process was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"its process was killed by signal {-code}"


def _line(talk: socket.socket) -> bytes:
    """What comes before the end of a line; short, so a byte at a time will do."""
    found = b""
    while not found.endswith(b"\n"):
        got = talk.recv(1)
        if not got:
            raise ValueError("cut off")
        found += got
    return found


def can_catch() -> bool:
    """Whether calls of a running program can be kept here."""
    return hasattr(os, "fork") and hasattr(socket, "AF_UNIX")


@contextlib.contextmanager
def capture(
    target: ProgramTarget,
    wishes: Sequence[CallWish],
    limit_bytes: float = 0.0,
    beside: contextlib.AbstractContextManager[None] | None = None,
    limit_s: float = 0.0,
    looking_s: float = 0.0,
) -> Iterator[Capture]:
    """Run the program to its end and keep some calls of each function that was wished for.

    `limit_bytes` is the memory of a process beyond which no further copy of it is kept; 0 for
    half of what is free. `beside` is entered while the program runs. After `limit_s`, if any,
    the program is ended; what it called before then is kept. After `looking_s`, if any, it runs
    on unseen once a call of each function was kept, where looking slows all its calls (3.11).
    """
    if not can_catch():
        raise UsageError(f"{NO_CATCHING}; give a function and --setup")
    with Capture(wishes) as found:
        probes = with_workers(found.probe(limit_bytes, looking_s))
        with beside or contextlib.nullcontext():
            found.end = run_program(target.from_file, probes, limit_s=limit_s)
        found.hear_all()
        yield found
