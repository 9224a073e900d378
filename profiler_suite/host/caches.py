"""The data caches of one core, as the operating system reports them.

Not from py-cpuinfo, which gave 1 MiB for an L3 of 32 MiB, and not from getconf,
which gave 320 MiB (both tried).
"""

import ctypes
import functools
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from profiler_suite.host.ask import sysctl
from profiler_suite.model.machine import Cache

_LINUX = Path("/sys/devices/system/cpu/cpu0/cache")
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}
_RELATION_CACHE = 2  # LOGICAL_PROCESSOR_RELATIONSHIP in winnt.h
_INSTRUCTION = 1  # PROCESSOR_CACHE_TYPE in winnt.h


def data_caches() -> tuple[Cache, ...]:
    """Data and unified caches from L1 upwards; empty when the system does not say."""
    if sys.platform == "darwin":
        return from_sysctl(sysctl)
    if sys.platform == "win32":
        return from_windows_records(_windows_records())
    return from_sysfs(_LINUX)


@functools.cache
def size_bytes(level: int, otherwise: int) -> int:
    """Size of this computer's cache of a level; `otherwise` where the system does not say."""
    return next((c.size_bytes for c in data_caches() if c.level == level), otherwise)


def from_sysfs(folder: Path) -> tuple[Cache, ...]:
    """Caches below ``/sys/devices/system/cpu/cpu*/cache``."""
    caches = []
    for index in sorted(folder.glob("index*")):
        try:
            if (index / "type").read_text().strip() == "Instruction":
                continue
            caches.append(
                Cache(
                    level=int((index / "level").read_text()),
                    size_bytes=_size_bytes((index / "size").read_text().strip()),
                    shared_by_cores=cpu_count((index / "shared_cpu_list").read_text().strip()),
                )
            )
        except (OSError, ValueError):
            continue
    return tuple(sorted(caches, key=lambda cache: cache.level))


def cpu_count(cpu_list: str) -> int:
    """The number of CPUs in a list such as '0-3,8,10-11'."""
    total = 0
    for part in cpu_list.split(","):
        first, _, last = part.partition("-")
        total += int(last or first) - int(first) + 1
    return total


def _size_bytes(text: str) -> int:
    unit = _UNITS.get(text[-1:])
    return int(text[:-1]) * unit if unit else int(text)


def from_sysctl(read: Callable[[str], str]) -> tuple[Cache, ...]:
    """Caches as macOS reports them; those of performance cores where there are two kinds."""
    caches = []
    for level, name in ((1, "l1dcachesize"), (2, "l2cachesize"), (3, "l3cachesize")):
        size = read(f"hw.perflevel0.{name}") or read(f"hw.{name}") or "0"
        shared = read(f"hw.perflevel0.cpusperl{level}") or "1"
        if int(size) > 0:
            caches.append(
                Cache(level=level, size_bytes=int(size), shared_by_cores=max(1, int(shared)))
            )
    return tuple(caches)


def from_windows_records(records: bytes) -> tuple[Cache, ...]:
    """Caches from GetLogicalProcessorInformationEx's cache records; the first of each level."""
    caches: dict[int, Cache] = {}
    offset = 0
    while offset + 8 <= len(records):
        relation, size = struct.unpack_from("<II", records, offset)
        if size < 8:
            break
        if relation == _RELATION_CACHE:
            # CACHE_RELATIONSHIP: level, associativity, line size, size, type,
            # 18 reserved bytes, group count, then the mask of CPUs (64 bit).
            level, _, _, n_bytes, kind = struct.unpack_from("<BBHII", records, offset + 8)
            (mask,) = struct.unpack_from("<Q", records, offset + 8 + 32)
            if kind != _INSTRUCTION:
                shared = max(1, mask.bit_count())
                caches.setdefault(
                    level, Cache(level=level, size_bytes=n_bytes, shared_by_cores=shared)
                )
        offset += size
    return tuple(caches[level] for level in sorted(caches))


def _windows_records() -> bytes:
    if sys.platform != "win32":
        return b""
    ask = ctypes.windll.kernel32.GetLogicalProcessorInformationEx
    length = ctypes.c_ulong(0)
    ask(_RELATION_CACHE, None, ctypes.byref(length))
    buffer = ctypes.create_string_buffer(length.value)
    if not ask(_RELATION_CACHE, buffer, ctypes.byref(length)):
        return b""
    return buffer.raw[: length.value]
