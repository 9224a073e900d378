"""Return addresses are told from other words that point into code."""

import ctypes
import os
import platform
import sys
from typing import Any

import pytest

from profiler_suite.measure.layers.return_addresses import ReturnAddresses, follows_call
from profiler_suite.measure.reading import peek
from tests.measure.reading.made_memory import BASE, MadeMemory


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("90 90 e8 01 02 03 04", True),  # call +0x4030201
        ("90 90 90 90 90 ff d0", True),  # call rax
        ("90 90 90 90 41 ff d4", True),  # call r12
        ("90 90 90 90 ff 53 30", True),  # call [rbx+0x30]
        ("90 90 90 ff 54 24 08", True),  # call [rsp+8]
        ("90 ff 15 01 02 03 04", True),  # call [rip+0x4030201]
        ("90 ff 90 00 01 00 00", True),  # call [rax+0x100]
        ("ff 94 24 00 01 00 00", True),  # call [rsp+0x100]
        ("66 90 66 90 66 90 c3", False),  # ret: a function begins behind it
        ("66 0f 1f 84 00 00 00", False),  # padding
        ("90 90 90 90 90 ff e0", False),  # jmp rax
        ("90 90 e9 01 02 03 04", False),  # jmp +0x4030201
    ],
)
def test_calls_of_x86(code: str, expected: bool) -> None:
    assert follows_call("x86_64", bytes.fromhex(code)) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (0x9400_0010, True),  # bl
        (0x97FF_FFF0, True),  # bl, backwards
        (0xD63F_0100, True),  # blr x8
        (0xD73F_0911, True),  # blraa x8, x17
        (0xD65F_03C0, False),  # ret
        (0x1400_0010, False),  # b
        (0xD503_201F, False),  # nop
    ],
)
def test_calls_of_arm(word: int, expected: bool) -> None:
    code = b"\0\0\0" + word.to_bytes(4, "little")
    assert follows_call("aarch64", code) is expected


def test_what_cannot_be_told_may_be_one() -> None:
    assert follows_call("riscv64", b"\0" * 7)
    assert follows_call("x86_64", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is sampled so")
def test_code_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    memory: Any = MadeMemory()
    code = int.from_bytes(bytes.fromhex("90 90 e8 01 02 03 04 90"), "little")
    memory.put(BASE, 0, code)
    found = ReturnAddresses(memory, os.getpid())
    assert BASE + 15 in found
    assert BASE + 14 not in found
    memory.put(BASE, 0, 0)
    assert BASE + 15 in found
    assert 0x10 in found  # nothing is mapped there


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="only there calls are known",
)
def test_a_function_s_beginning_is_no_return_address() -> None:
    found = ReturnAddresses(peek.libc(), os.getpid())
    starts = [
        ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
        for name in ("PyObject_Malloc", "PyObject_Repr", "PyLong_FromLong", "PyList_New")
    ]
    assert sum(start in found for start in starts) <= 1
