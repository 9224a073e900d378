"""The watching process: reads which line another process runs, many times a second.

It never asks the watched process for anything but its memory. For functions whose
frames come and go within microseconds it stops the process for each look, so that
what it reads is one instant; the others run on undisturbed.
"""

import ctypes
import os
import random
import sys
import time
from collections import Counter

import msgspec

from profiler_suite.measure.lines import peek
from profiler_suite.measure.lines.layout import Layout

PAUSED, COUNTING, DONE, READY = 0, 1, 2, 3
"""States of the watched process, in the first word of its control block."""

_PAGE = 4096
_MOST_PAGES = 96
_MOST_FRAMES = 4000
_ATTEMPTS = 30
# Between two looks, s: random, or a loop of the watched function could keep step.
_PAUSE_S = (10e-6, 60e-6)
_STOPPING_PAUSE_S = (40e-6, 140e-6)
_IDLE_S = 3e-4
# sys/ptrace.h
_PTRACE_CONT, _PTRACE_DETACH = 7, 17
_PTRACE_SEIZE, _PTRACE_INTERRUPT = 0x4206, 0x4207
_PTRACE_EVENT_STOP = 128
_WAIT_ALL = 0x40000000


class Target(msgspec.Struct, frozen=True):
    """Whom to watch and what to look for."""

    pid: int
    control: int
    """Address of the control block."""
    layout: Layout
    driver: int
    """Address of the code object of the loop that calls the function."""
    codes: tuple[int, ...]
    """Addresses of the code objects whose lines are wanted."""
    stopping: bool


class Sighting(msgspec.Struct, frozen=True):
    """How often the frames of the wanted codes were at these instructions together."""

    at: dict[int, int]
    """Number of the code → offset of the instruction from the code object's address.

    Of a code that is active more than once (recursion), the innermost."""
    count: int


class Answer(msgspec.Struct, frozen=True):
    """All looks of one target."""

    sightings: tuple[Sighting, ...]
    lost: int = 0
    """Looks that led nowhere: the frames changed while they were read."""
    stopped: bool = False
    """Whether the process stood still for each look."""
    error: str = ""


class _Gone(Exception):
    """The watched process has ended."""


class _UnknownPage(Exception):
    """An address outside of the pages that are copied so far."""


class _Eye:
    """One target's pages, copied in one system call per look."""

    def __init__(self, library: ctypes.CDLL, target: Target) -> None:
        self._library = library
        self._read = library.process_vm_readv
        self._target = target
        self._code = target.layout.code
        self._previous = target.layout.previous
        self._instruction = target.layout.instruction
        self._numbers = {code: number for number, code in enumerate(target.codes)}
        self._local = ctypes.create_string_buffer(16 + _MOST_PAGES * _PAGE)
        self._here = peek.IoVec(ctypes.addressof(self._local), 0)
        self._there = (peek.IoVec * (_MOST_PAGES + 2))()
        self._here_at = ctypes.addressof(self._here)
        self._there_at = ctypes.addressof(self._there)
        # The order matters: the running frame is read before what it leads to.
        self._there[0] = peek.IoVec(target.control, 8)
        self._there[1] = peek.IoVec(target.layout.state, 8)
        self._pages: dict[int, int] = {}
        self.counts: Counter[tuple[tuple[int, int], ...]] = Counter()
        self.lost = 0

    def look(self, attempts: int) -> None:
        """Count where the wanted frames are."""
        for _ in range(attempts):
            if self.state() != COUNTING:
                return
            try:
                at = self._walk()
            except _UnknownPage as unknown:
                page = unknown.args[0] // _PAGE
                if 16 <= page < 1 << 35:
                    self._add(page)
                continue
            if at is not None:
                self.counts[tuple(sorted(at.items()))] += 1
                return
        self.lost += 1

    def state(self) -> int:
        """Copy the pages; the state the process was in."""
        while True:
            wanted = 16 + len(self._pages) * _PAGE
            self._here.length = wanted
            got = self._read(
                self._target.pid, self._here_at, 1, self._there_at, 2 + len(self._pages), 0
            )
            if got == wanted:
                return int(peek.read_word(self._local, 0)[0])
            if got < 16:
                raise _Gone
            # A page that was part of a stack, or a torn address: forget it.
            known = list(self._pages)
            del known[(got - 16) // _PAGE]
            self._pages.clear()
            for page in known:
                self._add(page)

    def _add(self, page: int) -> None:
        if len(self._pages) == _MOST_PAGES:
            self._pages.clear()
        number = len(self._pages)
        self._pages[page] = 16 + number * _PAGE
        self._there[2 + number] = peek.IoVec(page * _PAGE, _PAGE)

    def _word(self, address: int) -> int:
        at = self._pages.get(address // _PAGE)
        if at is None or address & 7:
            raise _UnknownPage(address)
        return int(peek.read_word(self._local, at + address % _PAGE)[0])

    def _walk(self) -> dict[int, int] | None:
        """Instruction of each wanted code on the stack; None when the walk led nowhere."""
        frame = int(peek.read_word(self._local, 8)[0])
        if self._target.layout.link >= 0:
            frame = self._word(frame + self._target.layout.link)
        at: dict[int, int] = {}
        for _ in range(_MOST_FRAMES):
            if not frame:
                return None
            code = self._word(frame + self._code) & ~7
            if code == self._target.driver:
                return at
            number = self._numbers.get(code)
            if number is not None and number not in at:
                at[number] = self._word(frame + self._instruction) - code
            frame = self._word(frame + self._previous)
        return None


class _Brake:
    """Stops the watched thread for the length of a look (ptrace)."""

    def __init__(self, library: ctypes.CDLL, pid: int) -> None:
        self._trace = library.ptrace
        self._trace.restype = ctypes.c_long
        self._trace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)
        self._pid = pid
        self.works = self._trace(_PTRACE_SEIZE, pid, None, None) == 0

    def stop(self) -> None:
        """Return when the thread stands still."""
        self._trace(_PTRACE_INTERRUPT, self._pid, None, None)
        while True:
            _, status = os.waitpid(self._pid, _WAIT_ALL)
            if not os.WIFSTOPPED(status):
                raise _Gone
            if status >> 16 == _PTRACE_EVENT_STOP:
                return
            # A signal on its way to the process: pass it on.
            self._trace(_PTRACE_CONT, self._pid, None, os.WSTOPSIG(status))

    def release(self) -> None:
        """Let it run."""
        self._trace(_PTRACE_CONT, self._pid, None, None)

    def let_go(self) -> None:
        """End the tracing."""
        self.stop()
        self._trace(_PTRACE_DETACH, self._pid, None, None)


def watch(library: ctypes.CDLL, target: Target) -> Answer:
    """Look until the watched process says that it is done."""
    reason = peek.may_read(library, target.pid, target.control)
    if reason:
        return Answer(sightings=(), error=reason)
    eye = _Eye(library, target)
    brake = _Brake(library, target.pid) if target.stopping else None
    if brake is not None and not brake.works:
        brake = None
    pause = _STOPPING_PAUSE_S if brake else _PAUSE_S
    while (state := eye.state()) != DONE:
        if state == COUNTING and brake is not None:
            brake.stop()
            eye.look(1 + _ATTEMPTS)
            brake.release()
        elif state == COUNTING:
            eye.look(_ATTEMPTS)
        time.sleep(random.uniform(*pause) if state else _IDLE_S)
    if brake is not None:
        brake.let_go()
    return Answer(
        sightings=tuple(Sighting(at=dict(at), count=count) for at, count in eye.counts.items()),
        lost=eye.lost,
        stopped=brake is not None,
    )


def main() -> None:
    """Answer each Target from standard input on standard output; end with the input."""
    decoder = msgspec.json.Decoder(Target)
    try:
        library = peek.libc()
        peek.sleep_exactly(library)
        for line in sys.stdin.buffer:
            answer = watch(library, decoder.decode(line))
            sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
            sys.stdout.buffer.flush()
    except (_Gone, BrokenPipeError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    main()
