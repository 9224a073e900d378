"""Copies memory of a process by its address, without its help (Linux)."""

import ctypes
import os
import sys
from struct import Struct

_PR_SET_TIMERSLACK = 29
PR_SET_PTRACER = 0x59616D61  # linux/prctl.h, "Yama"
_EPERM_HINT = "the system does not let one process of yours read another"
NO_STOPPING = "the system does not let one process of yours stop another"
read_word = Struct("Q").unpack_from


class PeekError(Exception):
    """Memory of another process cannot be read here; its text says why."""


class IoVec(ctypes.Structure):
    """struct iovec of readv(2)."""

    _fields_ = (("base", ctypes.c_uint64), ("length", ctypes.c_size_t))


def libc() -> ctypes.CDLL:
    """The C library with process_vm_readv declared; PeekError where there is none."""
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise PeekError(
            f"reading a running function's line from outside needs 64-bit Linux, "
            f"this is {sys.platform}"
        )
    library = ctypes.CDLL(None, use_errno=True)
    try:
        read = library.process_vm_readv
    except AttributeError as error:
        raise PeekError("the C library has no process_vm_readv") from error
    read.restype = ctypes.c_ssize_t
    read.argtypes = (
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_ulong,
    )
    return library


def copy(library: ctypes.CDLL, pid: int, address: int, length: int) -> bytes:
    """The bytes at an address of a process; fewer, or none, where nothing is mapped."""
    buffer = ctypes.create_string_buffer(length)
    here = IoVec(ctypes.addressof(buffer), length)
    there = IoVec(address, length)
    got = library.process_vm_readv(
        pid, ctypes.addressof(here), 1, ctypes.addressof(there), 1, 0
    )
    return buffer.raw[: max(got, 0)]


def may_read(library: ctypes.CDLL, pid: int, address: int) -> str:
    """An empty string when the word at `address` of `pid` can be read, else why not."""
    if len(copy(library, pid, address, 8)) == 8:
        return ""
    return f"{_EPERM_HINT} ({os.strerror(ctypes.get_errno())})"


def allow_reader(library: ctypes.CDLL, pid: int) -> None:
    """Let process `pid` read this one where the Yama security module would refuse it."""
    library.prctl(PR_SET_PTRACER, ctypes.c_ulong(pid), 0, 0, 0)


def sleep_exactly(library: ctypes.CDLL) -> None:
    """Make this thread's short sleeps last as long as asked, not 50 µs longer."""
    library.prctl(_PR_SET_TIMERSLACK, ctypes.c_ulong(1), 0, 0, 0)
