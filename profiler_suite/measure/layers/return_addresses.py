"""Tells return addresses from other words on a stack that point into code.

Pointers to functions, and what an earlier call has left behind, lie on a stack as well. A
return address alone has a call right before it.
"""

import ctypes
import platform
from collections.abc import Callable

from profiler_suite.measure.reading import peek

# The longest call of x86-64 without its prefixes: opcode, ModRM, SIB and four bytes.
_LONGEST = 7
# Lengths of a call through a register or memory, from its opcode on.
_INDIRECT = (2, 3, 4, 6, 7)


def _x86(before: bytes) -> bool:
    """Intel's manual, volume 2, CALL: E8 with a distance, or FF with 2 in ModRM's middle."""
    if before[-5] == 0xE8:
        return True
    return any(before[-n] == 0xFF and before[1 - n] >> 3 & 7 == 2 for n in _INDIRECT)


def _aarch64(before: bytes) -> bool:
    """Arm's manual, C6.2: BL with a distance, BLR with a register, BLRA* that checks it."""
    word = int.from_bytes(before[-4:], "little")
    return word >> 26 == 0b100101 or word & 0xFEFF_F000 == 0xD63F_0000


_CALLS: dict[str, Callable[[bytes], bool]] = {"x86_64": _x86, "aarch64": _aarch64}


def follows_call(machine: str, before: bytes) -> bool:
    """Whether the code that ends where an address points ends with a call.

    True too where that cannot be told.
    """
    known = _CALLS.get(machine)
    return known is None or len(before) < _LONGEST or known(before)


class ReturnAddresses:
    """Looks at the code of one process, and remembers what it found."""

    def __init__(self, library: ctypes.CDLL, pid: int) -> None:
        self._library = library
        self._pid = pid
        self._known: dict[int, bool] = {}

    def __contains__(self, address: int) -> bool:
        found = self._known.get(address)
        if found is None:
            before = peek.copy(self._library, self._pid, address - _LONGEST, _LONGEST)
            found = self._known[address] = follows_call(platform.machine(), before)
        return found
