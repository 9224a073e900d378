"""A process made up of a few words of memory: read and stopped without any system call."""

import ctypes
import os
import struct
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.measure.reading.layout import Layout
from profiler_suite.measure.reading.peek import IoVec

BASE, SIZE = 0x20_0000, 4 * 4096
CONTROL, STATE = BASE, BASE + 8
# Where a made-up frame keeps its code, its caller and its instruction.
LAYOUT = Layout(state=STATE, link=-1, code=0, previous=8, instruction=16)
DRIVER = 0x9000
EVENT_STOP = 128 << 16 | 5 << 8 | 0x7F
GONE = 0


class MadeMemory:
    """What `peek.libc` gives, for a process that is only these bytes."""

    def __init__(self) -> None:
        self.bytes = bytearray(SIZE)
        self.readable = True
        self.may_trace = True
        self.traced: list[int] = []
        self.registers: dict[int, int] = {}
        self.ptrace = _Traced(self)

    def put(self, address: int, *words: int) -> None:
        """Words from there on."""
        struct.pack_into(f"{len(words)}Q", self.bytes, address - BASE, *words)

    def frames(self, *frames: tuple[int, int]) -> None:
        """Code and instruction of the frames that run, the innermost first."""
        places = [BASE + 4096 + 256 * number for number in range(len(frames) + 1)]
        self.put(STATE, places[0])
        for place, (code, instruction), caller in zip(places, frames, places[1:], strict=False):
            self.put(place, code, caller, instruction)
        self.put(places[-1], DRIVER, 0, 0)

    def process_vm_readv(
        self, pid: int, here_at: int, here_n: int, there_at: int, there_n: int, flags: int
    ) -> int:
        """As the system call: all that can be read up to the first that cannot."""
        here = IoVec.from_address(here_at)
        got = 0
        for part in (IoVec * there_n).from_address(there_at):
            first = part.base - BASE
            if not self.readable or first < 0 or first + part.length > SIZE:
                break
            data = bytes(self.bytes[first : first + part.length])
            ctypes.memmove(here.base + got, data, part.length)
            got += part.length
        return got or -1

    def prctl(self, *_: Any) -> int:
        """Nothing."""
        return 0


class _Traced:
    """ptrace: what was asked, in order."""

    restype: Any = None
    argtypes: Any = None

    def __init__(self, memory: MadeMemory) -> None:
        self._memory = memory

    def __call__(self, request: int, pid: int, address: Any, data: Any) -> int:
        memory = self._memory
        memory.traced.append(request)
        if request == 0x4204:  # PTRACE_GETREGSET
            vector = IoVec.from_address(data)
            for number, value in memory.registers.items():
                ctypes.c_uint64.from_address(vector.base + 8 * number).value = value
            return 0 if memory.registers else -1
        return 0 if memory.may_trace else -1


def each_pause(
    monkeypatch: pytest.MonkeyPatch, module: Any, *then: Callable[[], None]
) -> list[float]:
    """Between samples the process goes on to the next of these; how long each pause was."""
    pauses: list[float] = []
    steps = iter(then)

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        next(steps)()

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=sleep))
    return pauses


def waits_with(monkeypatch: pytest.MonkeyPatch, *statuses: int) -> None:
    """What waiting for the stopped process gives, one after the other; 0: nothing yet."""
    left = list(statuses)

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        status = left.pop(0) if left else EVENT_STOP
        return (pid if status >= 0 else 0), max(status, 0)

    monkeypatch.setattr(os, "waitpid", waitpid)
