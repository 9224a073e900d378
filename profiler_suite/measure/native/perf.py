"""Linux perf events by ctypes: a clock on one thread that records instruction pointers.

A *tick* is one expiry of the software cpu-clock event, which runs only while
its thread is on a core; a *sample* is a tick for which the kernel wrote down
the instruction pointer. Source: perf_event_open(2) and the kernel's
include/uapi/linux/perf_event.h.
"""

import ctypes
import errno
import mmap
import os
import platform
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.model.noun import Noun

# perf_event_open has no wrapper in the C library; its number differs by architecture.
# Source: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
_SYSCALL_NUMBER = {"x86_64": 298, "aarch64": 241}

_TYPE_SOFTWARE = 1
_COUNT_SW_CPU_CLOCK = 0
_SAMPLE_IP = 1 << 0
_SAMPLE_TID = 1 << 1
_FLAG_DISABLED = 1 << 0
_FLAG_INHERIT = 1 << 1
_FLAG_EXCLUDE_KERNEL = 1 << 5
_FLAG_EXCLUDE_HYPERVISOR = 1 << 6
_FD_CLOEXEC = 1 << 3
_IOCTL_ENABLE = 0x2400
_IOCTL_DISABLE = 0x2401

_RECORD_LOST = 2
_RECORD_SAMPLE = 9
_MISC_MODE_MASK = 7
_MISC_KERNEL = 1

_HEADER = struct.Struct("=IHH")  # type, misc, size
_SAMPLE = struct.Struct("=QII")  # instruction pointer, process id, thread id
_LOST = struct.Struct("=QQ")  # event id, records lost
SAMPLE_BYTES = _HEADER.size + _SAMPLE.size

# Offsets of the ring buffer's positions in its first page (struct perf_event_mmap_page).
_HEAD_OFFSET = 1024
_TAIL_OFFSET = 1032
_POSITION = struct.Struct("=Q")

SWITCH = "PROFILER_SUITE_NATIVE"
"""Environment variable; 'off' does without native samples, as if the kernel refused."""

_PARANOID = Path("/proc/sys/kernel/perf_event_paranoid")
_TASKS = Path("/proc/self/task")


class PerfError(ProfilerSuiteError):
    """The kernel refused a perf event; says why and what would allow it."""


class _Attributes(ctypes.Structure):
    """struct perf_event_attr in its first published size, which every kernel takes."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
        ("config", ctypes.c_uint64),
        ("sample_period", ctypes.c_uint64),
        ("sample_type", ctypes.c_uint64),
        ("read_format", ctypes.c_uint64),
        ("flags", ctypes.c_uint64),
        ("wakeup_events", ctypes.c_uint32),
        ("bp_type", ctypes.c_uint32),
        ("bp_addr", ctypes.c_uint64),
    )


OpenEvent = Callable[[int, int, bool], int]
"""Thread id, period in ns, kernel included → file descriptor, or raises OSError."""


def open_event(
    thread: int, period_ns: int, kernel: bool, *, only_cpu: int = -1, inherited: bool = False
) -> int:
    """The system call itself: a disabled cpu-clock event on one thread of this process.

    Threads that this one starts later have it too where it is `inherited`; the kernel
    wants an event of each core for that.
    """
    number = _SYSCALL_NUMBER.get(platform.machine())
    if not sys.platform.startswith("linux") or number is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    flags = _FLAG_DISABLED | _FLAG_EXCLUDE_HYPERVISOR
    if inherited:
        flags |= _FLAG_INHERIT
    attributes = _Attributes(
        type=_TYPE_SOFTWARE,
        size=ctypes.sizeof(_Attributes),
        config=_COUNT_SW_CPU_CLOCK,
        sample_period=period_ns,
        sample_type=_SAMPLE_IP | _SAMPLE_TID,
        flags=flags if kernel else flags | _FLAG_EXCLUDE_KERNEL,
    )
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    descriptor = syscall(
        ctypes.c_long(number),
        ctypes.byref(attributes),
        ctypes.c_long(thread),
        ctypes.c_long(only_cpu),  # -1: on whichever core the thread runs
        ctypes.c_long(-1),  # in no group
        ctypes.c_ulong(_FD_CLOEXEC),
    )
    if descriptor < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return int(descriptor)


def why_not(opener: OpenEvent | None = None) -> str:
    """An empty string where this process may sample itself, or one plain sentence why not."""
    if not sys.platform.startswith("linux"):
        return f"native samples need Linux; this is {platform.system() or sys.platform}"
    if platform.machine() not in _SYSCALL_NUMBER:
        known = " and ".join(_SYSCALL_NUMBER)
        return (
            f"native samples know the system call for {known}, not for {platform.machine()!r}"
        )
    try:
        descriptor, _ = open_with_kernel_if_allowed(0, 10**9, opener)
    except PerfError as error:
        return str(error)
    os.close(descriptor)
    return ""


def open_with_kernel_if_allowed(
    thread: int, period_ns: int, opener: OpenEvent | None = None
) -> tuple[int, bool]:
    """File descriptor, and whether samples inside the kernel are included.

    Raises ProcessLookupError for a thread that has ended, else PerfError.
    """
    if os.environ.get(SWITCH, "") == "off":
        raise PerfError(f"native samples are switched off by {SWITCH}=off")
    attempt = opener or open_event
    try:
        return attempt(thread, period_ns, True), True
    except ProcessLookupError:
        raise
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM):
            raise PerfError(_explain(error)) from error
    try:
        return attempt(thread, period_ns, False), False
    except OSError as error:
        raise PerfError(_explain(error)) from error


def _explain(error: OSError) -> str:
    if error.errno == errno.ENOSYS:
        return "this kernel has no perf_event_open; native samples need one that has"
    name = errno.errorcode.get(error.errno or 0, str(error.errno))
    if error.errno in (errno.EACCES, errno.EPERM):
        level = _PARANOID.read_text().strip() if _PARANOID.exists() else "unknown"
        return (
            f"the kernel refuses perf_event_open ({name}, perf_event_paranoid = {level}); "
            "allow it in the container's seccomp profile, or set "
            "kernel.perf_event_paranoid to 2 or less"
        )
    return f"perf_event_open failed ({name}: {error.strerror}); native samples are off"


class RingContents(Noun, frozen=True):
    """What came out of one thread's ring buffer."""

    samples: tuple[tuple[int, bool], ...]
    """Instruction pointer, and whether it lies in the kernel."""
    lost: int


class ThreadEvent:
    """The clock of one thread and its ring buffer; disabled until `enable`."""

    def __init__(
        self, thread: int, period_ns: int, data_bytes: int, opener: OpenEvent | None = None
    ) -> None:
        """Open the event and map a buffer of at least `data_bytes`, or less where refused."""
        self.thread = thread
        self._period_ns = period_ns
        self._descriptor, self.kernel_included = open_with_kernel_if_allowed(
            thread, period_ns, opener
        )
        pages = 1 << max(0, (-(-data_bytes // mmap.PAGESIZE) - 1).bit_length())
        try:
            self._buffer = _map(self._descriptor, pages)
        except BaseException:
            os.close(self._descriptor)
            raise

    def enable(self) -> None:
        """Let the clock run."""
        self._control(_IOCTL_ENABLE)

    def disable(self) -> None:
        """Stop the clock; the buffer is then at rest and may be read."""
        self._control(_IOCTL_DISABLE)

    def _control(self, request: int) -> None:
        import fcntl  # Windows has none

        fcntl.ioctl(self._descriptor, request, 0)

    def ticks(self) -> float:
        """Time on a core while enabled over the period: samples if none were missing."""
        (on_core_ns,) = _POSITION.unpack(os.read(self._descriptor, _POSITION.size))
        return float(on_core_ns / self._period_ns)

    def drain(self) -> RingContents:
        """Take everything out of the buffer; only while disabled."""
        return decode(take(self._buffer))

    def take(self) -> bytes:
        """What was written into the buffer since last time, while the clock runs; cheap."""
        return take(self._buffer)

    def close(self) -> None:
        """Give buffer and event back to the kernel."""
        self._buffer.close()
        os.close(self._descriptor)


def _map(descriptor: int, pages: int) -> mmap.mmap:
    """A page of positions and a power of two of pages of records, fewer where refused."""
    while True:
        try:
            return mmap.mmap(descriptor, (1 + pages) * mmap.PAGESIZE)
        except OSError as error:
            # EPERM: more than kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK allow.
            if error.errno not in (errno.EPERM, errno.ENOMEM) or pages == 1:
                raise PerfError(
                    f"no memory for a sample buffer of {pages} pages ({error.strerror}); "
                    "raise kernel.perf_event_mlock_kb or `ulimit -l`"
                ) from error
            pages //= 2


def take(buffer: mmap.mmap | bytearray) -> bytes:
    """The bytes between tail and head of a ring buffer, whose tail then is its head.

    The first page holds the two positions, which only grow; the rest is the ring.
    """
    (head,) = _POSITION.unpack_from(buffer, _HEAD_OFFSET)
    (tail,) = _POSITION.unpack_from(buffer, _TAIL_OFFSET)
    ring = mmap.PAGESIZE
    capacity = len(buffer) - ring
    begin, end = ring + tail % capacity, ring + head % capacity
    if head == tail:
        return b""
    taken = buffer[begin:end] if begin < end else buffer[begin:] + buffer[ring:end]
    _POSITION.pack_into(buffer, _TAIL_OFFSET, head)
    return bytes(taken)


def decode(records: bytes) -> RingContents:
    """Samples and number of lost records in the bytes of a ring buffer."""
    found = decode_by_thread(records)
    return RingContents(
        samples=tuple((pointer, in_kernel) for _, pointer, in_kernel in found.samples),
        lost=found.lost,
    )


class SharedRingContents(NamedTuple):
    """What came out of a ring buffer that several threads wrote into."""

    samples: list[tuple[int, int, bool]]
    """Thread, instruction pointer, and whether it lies in the kernel."""
    lost: int


def decode_by_thread(records: bytes) -> SharedRingContents:
    """The same with the thread of each sample."""
    samples = []
    lost = 0
    at = 0
    while at + _HEADER.size <= len(records):
        kind, misc, size = _HEADER.unpack_from(records, at)
        if size < _HEADER.size:
            break
        if kind == _RECORD_SAMPLE:
            pointer, _process, thread = _SAMPLE.unpack_from(records, at + _HEADER.size)
            samples.append((thread, pointer, misc & _MISC_MODE_MASK == _MISC_KERNEL))
        elif kind == _RECORD_LOST:
            lost += _LOST.unpack_from(records, at + _HEADER.size)[1]
        at += size
    return SharedRingContents(samples, lost)


def threads_of_process() -> list[int]:
    """Ids of the threads that exist now."""
    return sorted(int(entry.name) for entry in _TASKS.iterdir())
