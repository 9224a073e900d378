"""The sampling process: reads which line another process runs, many times a second.

It never asks the sampled process for anything but its memory, and reads it while the
process stands still. Both run on one core, in turns: to wake up is to interrupt. Where
the system gives no such turns, it stops the process for each sample. To read while the other
runs on would show a line too late: the caches hand over what the reader needs before what it
shows, and that holds up some lines more than others (40 % of the time looked like 29 %).
"""

import ctypes
import random
import struct
import time
from collections import Counter
from collections.abc import Callable

from profiler_suite.measure.lines.requests import FrameSamples, SampleCounts, SampleTarget
from profiler_suite.measure.reading import peek
from profiler_suite.measure.reading.brake import ThreadBrake
from profiler_suite.measure.reading.protocol import COUNTING, PAUSED, READY, SAMPLE
from profiler_suite.measure.reading.serving import GoneError, answer

_PAGE = 4096
_MOST_PAGES = 96
_MOST_FRAMES = 4000
_ATTEMPTS = 30
# Between two samples, s. Random, or a loop of the sampled function could keep step; long
# beside a sample (about 30 µs) and beside what the caches need to recover from it.
_PAUSE_S = (60e-6, 200e-6)
_READY_PAUSE_S = 50e-6


class _UnknownPageError(Exception):
    """An address outside of the pages that are copied so far."""


class _FrameReader:
    """One target's pages, copied in one system call per sample."""

    def __init__(self, library: ctypes.CDLL, target: SampleTarget) -> None:
        self._library = library
        self._read = library.process_vm_readv
        self._target = target
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
        self.counts: Counter[tuple[int, ...]] = Counter()
        self.lost = 0

    def sample(self) -> int:
        """Count where the wanted frames are; the state the process was in."""
        for _ in range(_ATTEMPTS):
            state = self._copy()
            if state != COUNTING:
                return state
            try:
                at = self._walk()
            except _UnknownPageError as unknown:
                page = unknown.args[0] // _PAGE
                if 16 <= page < 1 << 35:
                    self._add(page)
                continue
            if at is not None:
                self.counts[at] += 1
                return state
        self.lost += 1
        return COUNTING

    def _copy(self) -> int:
        """Copy the pages; the state the process was in."""
        pages = self._pages
        while True:
            wanted = 16 + len(pages) * _PAGE
            self._here.length = wanted
            got = self._read(
                self._target.pid, self._here_at, 1, self._there_at, 2 + len(pages), 0
            )
            if got == wanted:
                state: int = peek.read_word(self._local, 0)[0]
                return state
            if got < 16:
                raise GoneError
            # A page that was part of a stack, or a torn address: forget it.
            known = list(pages)
            del known[(got - 16) // _PAGE]
            pages.clear()
            for page in known:
                self._add(page)

    def _add(self, page: int) -> None:
        if len(self._pages) == _MOST_PAGES:
            self._pages.clear()
        number = len(self._pages)
        self._pages[page] = 16 + number * _PAGE
        self._there[2 + number] = peek.IoVec(page * _PAGE, _PAGE)

    def _walk(self) -> tuple[int, ...] | None:
        """Number and instruction of each wanted code on the stack, one after the other.

        None when the walk led nowhere. Of a code that is active more than once the
        innermost counts.
        """
        local, pages, word = self._local, self._pages, peek.read_word
        layout, numbers, driver = self._target.layout, self._numbers, self._target.driver
        address: int = word(local, 8)[0]
        at: tuple[int, ...] = ()
        try:
            if layout.link >= 0:
                address += layout.link
                address = word(local, pages[address >> 12] + (address & 4095))[0]
            for _ in range(_MOST_FRAMES):
                if not address:
                    return None
                frame = address
                address = frame + layout.code
                code = word(local, pages[address >> 12] + (address & 4095))[0] & ~7
                if code == driver:
                    return at
                number = numbers.get(code)
                if number is not None and number not in at[::2]:
                    address = frame + layout.instruction
                    running = word(local, pages[address >> 12] + (address & 4095))[0]
                    at += (number, running - code)
                address = frame + layout.previous
                address = word(local, pages[address >> 12] + (address & 4095))[0]
        except (KeyError, struct.error):
            raise _UnknownPageError(address) from None
        return None


def watch(
    library: ctypes.CDLL, target: SampleTarget, next_request: Callable[[], bytes]
) -> SampleCounts:
    """Sample whenever asked to, until the end is requested."""
    reason = peek.may_read(library, target.pid, target.control)
    reader = _FrameReader(library, target)
    while next_request() == SAMPLE:
        if reason:
            continue
        # No longer than for these samples: signals are not passed on while this one waits.
        brake = ThreadBrake(library, target.pid) if target.stopping else None
        if brake is not None and not brake.works:
            reason = peek.NO_STOPPING
            continue
        _sample_on(reader, brake)
        if brake is not None:
            brake.let_go()
    return SampleCounts(
        frame_samples=tuple(
            FrameSamples(at=dict(zip(at[::2], at[1::2], strict=True)), count=count)
            for at, count in reader.counts.items()
        ),
        lost=reader.lost,
        error=reason,
    )


def _sample_on(reader: _FrameReader, brake: ThreadBrake | None) -> None:
    """Sample again and again until the process pauses."""
    low, high = _PAUSE_S
    breadth = high - low
    state = READY
    while state != PAUSED:
        if brake is not None:
            brake.pass_on()
        if brake is not None and state == COUNTING:
            brake.stop()
            state = reader.sample()
            brake.release()
        else:
            state = reader.sample()
        time.sleep(_READY_PAUSE_S if state == READY else low + breadth * random.random())


def main() -> None:
    """Answer each Target from standard input on standard output; end with the input."""
    answer(SampleTarget, watch)


if __name__ == "__main__":
    main()
