"""The process that reads stacks: where another process is, in Python and in compiled code.

It stops the sampled thread for each sample (ptrace), reads its instruction, the top of its
stack and its Python frames, and lets it run on. A thread that sleeps is not stopped: it
holds still, and a system call would be cut short.
"""

import bisect
import ctypes
import os
import platform
import random
import struct
import time
from collections import Counter
from collections.abc import Callable

from profiler_suite.measure.layers.requests import (
    NOBODYS,
    StackCount,
    StackCounts,
    StackTarget,
)
from profiler_suite.measure.layers.return_addresses import ReturnAddresses
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.brake import ThreadBrake
from profiler_suite.measure.reading.protocol import COUNTING, PAUSED, SAMPLE
from profiler_suite.measure.reading.serving import answer, state_of

# Random, or a loop could keep step; about as long as a sample takes.
_PAUSE_S = (150e-6, 450e-6)
_MOST_FRAMES = 120
_STACK_WORDS = 512
# sys/ptrace.h, linux/elf.h
_PTRACE_GETREGSET, _NT_PRSTATUS = 0x4204, 1
# Place of the instruction pointer, the stack pointer and the link register (there is one on
# ARM) among the words of the general registers. Source: struct user_regs_struct of each.
_REGISTERS = {"x86_64": (16, 19, -1), "aarch64": (32, 31, 30)}
_REGISTER_WORDS = 34
# States of a thread that waits for something, in /proc/PID/stat.
_SLEEPS = (b"S", b"D")

Stack = tuple[tuple[int, ...], tuple[tuple[int, int], ...], bool]


class StackReader:
    """Reads the stacks of one thread."""

    def __init__(self, library: ctypes.CDLL, target: StackTarget) -> None:
        self._library = library
        self._target = target
        self._starts = [span.start for span in target.spans]
        self._returns = ReturnAddresses(library, target.pid)
        self._stat = os.open(f"/proc/{target.pid}/stat", os.O_RDONLY)
        self._ptrace = library.ptrace
        self._registers = (ctypes.c_uint64 * _REGISTER_WORDS)()
        layout = target.layout
        self._frame_bytes = 8 + max(layout.code, layout.previous, layout.instruction)
        self.counts: Counter[Stack] = Counter()
        self.lost = 0

    def state(self) -> int:
        """What the sampled process says that it does."""
        return state_of(self._library, self._target.pid, self._target.control)

    def sample(self, brake: ThreadBrake) -> None:
        """One stack, where the function runs or waits."""
        waits = self._sleeps()
        if waits:
            self._count((), waits=True)
            return
        brake.stop()
        try:
            if self.state() == COUNTING:
                self._count(self._native(), waits=False)
        finally:
            brake.release()

    def _count(self, native: tuple[int, ...], *, waits: bool) -> None:
        frames = self._frames()
        if frames is None:
            self.lost += 1
        else:
            self.counts[native, frames, waits] += 1

    def _sleeps(self) -> bool:
        # 'pid (name) S …': the name may hold anything, also brackets.
        text = os.pread(self._stat, 512, 0)
        return text[text.rfind(b")") + 2 :][:1] in _SLEEPS

    def _native(self) -> tuple[int, ...]:
        """The instruction; where that is nobody's code, return addresses up to somebody's."""
        places = _REGISTERS[platform.machine()]
        vector = peek.IoVec(ctypes.addressof(self._registers), ctypes.sizeof(self._registers))
        asked = self._ptrace(
            _PTRACE_GETREGSET, self._target.pid, _NT_PRSTATUS, ctypes.addressof(vector)
        )
        if asked:
            return ()
        instruction, stack = self._registers[places[0]], self._registers[places[1]]
        if self._kind(instruction) not in (NOBODYS, -1):
            return (instruction,)
        found = [instruction]
        words = [self._registers[places[2]]] if places[2] >= 0 else []
        data = peek.copy(self._library, self._target.pid, stack, 8 * _STACK_WORDS)
        words += struct.unpack(f"{len(data) // 8}Q", data[: len(data) // 8 * 8])
        for word in words:
            kind = self._kind(word)
            if kind < 0 or kind == NOBODYS or word not in self._returns:
                continue
            found.append(word)
            break
        return tuple(found)

    def _kind(self, address: int) -> int:
        at = bisect.bisect_right(self._starts, address) - 1
        if at < 0 or address >= self._target.spans[at].end:
            return -1
        return self._target.spans[at].kind

    def _frames(self) -> tuple[tuple[int, int], ...] | None:
        """The Python frames up to the loop that calls the function; None: it led nowhere."""
        layout, pid, library = self._target.layout, self._target.pid, self._library
        word = peek.copy(library, pid, layout.state, 8)
        if len(word) == 8 and layout.link >= 0:
            (at,) = peek.read_word(word)
            word = peek.copy(library, pid, at + layout.link, 8)
        if len(word) < 8:
            return None
        (frame,) = peek.read_word(word)
        found: list[tuple[int, int]] = []
        for _ in range(_MOST_FRAMES):
            data = peek.copy(library, pid, frame, self._frame_bytes) if frame else b""
            if len(data) < self._frame_bytes:
                return None
            code = peek.read_word(data, layout.code)[0] & ~7
            if code == self._target.driver:
                return tuple(found)
            found.append((code, int(peek.read_word(data, layout.instruction)[0])))
            (frame,) = peek.read_word(data, layout.previous)
        return None

    def close(self) -> None:
        """Give the file back."""
        os.close(self._stat)


def watch(
    library: ctypes.CDLL, target: StackTarget, next_request: Callable[[], bytes]
) -> StackCounts:
    """Read stacks whenever asked to, until the end is requested."""
    reason = peek.may_read(library, target.pid, target.control)
    if platform.machine() not in _REGISTERS:
        reason = f"the registers of {platform.machine()} are not known"
    reader = StackReader(library, target)
    while next_request() == SAMPLE:
        if reason:
            continue
        brake = ThreadBrake(library, target.pid)
        if not brake.works:
            reason = peek.NO_STOPPING
            continue
        _watch_on(reader, brake)
        brake.let_go()
    reader.close()
    return StackCounts(
        stacks=tuple(
            StackCount(native=native, frames=frames, waits=waits, count=count)
            for (native, frames, waits), count in reader.counts.items()
        ),
        lost=reader.lost,
        error=reason,
    )


def _watch_on(reader: StackReader, brake: ThreadBrake) -> None:
    low, high = _PAUSE_S
    while (state := reader.state()) != PAUSED:
        brake.pass_on()
        if state == COUNTING:
            reader.sample(brake)
        time.sleep(low + (high - low) * random.random())


def main() -> None:
    """Answer each target from standard input on standard output; end with the input."""
    answer(StackTarget, watch)


if __name__ == "__main__":
    main()
