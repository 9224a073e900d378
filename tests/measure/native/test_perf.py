"""perf events: what a ring buffer holds, and what is said where the kernel refuses."""

import errno
import mmap
import os
import platform
import struct
import sys
from pathlib import Path

import pytest

from profiler_suite.measure.native import perf

LINUX = sys.platform.startswith("linux") and platform.machine() in ("x86_64", "aarch64")
needs_linux = pytest.mark.skipif(not LINUX, reason="perf events are Linux's")


@pytest.fixture(autouse=True)
def _not_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(perf.SWITCH, raising=False)


def refuse(code: int) -> perf.OpenEvent:
    def opener(_thread: int, _period_ns: int, _kernel: bool) -> int:
        raise OSError(code, os.strerror(code))

    return opener


def sample_record(address: int, in_kernel: bool) -> bytes:
    return struct.pack("=IHHQII", 9, 1 if in_kernel else 2, 24, address, 7, 8)


def lost_record(lost: int) -> bytes:
    return struct.pack("=IHHQQ", 2, 0, 24, 1, lost)


def test_records_decode_to_samples_and_lost() -> None:
    throttled = struct.pack("=IHHQQQ", 5, 0, 32, 0, 0, 0)
    drained = perf.decode(
        sample_record(0x1000, False) + throttled + lost_record(3) + sample_record(2**63, True)
    )
    assert drained.samples == ((0x1000, False), (2**63, True))
    assert drained.lost == 3


def test_samples_of_a_shared_buffer_keep_their_thread() -> None:
    other = struct.pack("=IHHQII", 9, 2, 24, 0x2000, 7, 9)
    found = perf.decode_by_thread(sample_record(0x1000, True) + other + lost_record(2))
    assert found.samples == [(8, 0x1000, True), (9, 0x2000, False)]
    assert found.lost == 2


def test_a_half_written_record_ends_the_decoding() -> None:
    assert perf.decode(sample_record(1, False) + b"\0" * 9).samples == ((1, False),)


@needs_linux
@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES])
def test_a_refusal_names_the_error_the_setting_and_a_remedy(code: int) -> None:
    reason = perf.why_not(refuse(code))
    assert errno.errorcode[code] in reason
    assert "perf_event_paranoid" in reason
    assert "seccomp" in reason


@needs_linux
def test_a_kernel_without_perf_events_is_said_so() -> None:
    assert "no perf_event_open" in perf.why_not(refuse(errno.ENOSYS))


@needs_linux
def test_any_other_error_is_named() -> None:
    assert "EINVAL" in perf.why_not(refuse(errno.EINVAL))


def test_another_system_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert "need Linux" in perf.why_not()


def test_an_unknown_processor_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    assert "'s390x'" in perf.why_not()


def test_where_the_kernel_is_out_of_bounds_user_code_is_still_sampled() -> None:
    asked = []

    def opener(thread: int, _period_ns: int, kernel: bool) -> int:
        asked.append(kernel)
        if kernel:
            raise OSError(errno.EACCES, "not the kernel")
        return os.open(os.devnull, os.O_RDONLY)

    descriptor, kernel_included = perf.open_with_kernel_if_allowed(0, 10**6, opener)
    os.close(descriptor)
    assert asked == [True, False]
    assert not kernel_included


@needs_linux
def test_the_environment_switches_samples_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(perf.SWITCH, "off")
    assert f"{perf.SWITCH}=off" in perf.why_not()


def test_a_thread_that_has_ended_is_no_refusal() -> None:
    with pytest.raises(ProcessLookupError):
        perf.open_with_kernel_if_allowed(1, 10**6, refuse(errno.ESRCH))


@needs_linux
def test_an_event_on_a_file_that_cannot_be_mapped_leaves_nothing_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises((perf.PerfError, OSError)):
        perf.ThreadEvent(0, 10**6, 4096, lambda *_: os.open(os.devnull, os.O_RDONLY))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_buffer_that_went_round_is_read_in_order() -> None:
    records = [sample_record(number, False) for number in range(mmap.PAGESIZE // 24 + 5)]
    buffer = bytearray(2 * mmap.PAGESIZE)
    taken = []
    at = 0
    # As the kernel writes: positions grow, places wrap.
    for number, record in enumerate(records):
        for byte in record:
            buffer[mmap.PAGESIZE + at % mmap.PAGESIZE] = byte
            at += 1
        if number in (9, len(records) - 1):
            buffer[1024:1032] = struct.pack("=Q", at)
            taken.append(perf.decode(perf.take(buffer)).samples)
    assert [address for address, _ in taken[0]] == list(range(10))
    assert [address for address, _ in taken[1]] == list(range(10, len(records)))
    assert perf.take(buffer) == b""


def test_a_full_buffer_is_read_whole() -> None:
    buffer = bytearray(2 * mmap.PAGESIZE)
    buffer[1024:1032] = struct.pack("=Q", 3 * mmap.PAGESIZE)
    buffer[1032:1040] = struct.pack("=Q", 2 * mmap.PAGESIZE)
    assert len(perf.take(buffer)) == mmap.PAGESIZE
