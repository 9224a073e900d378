"""Caches as each operating system reports them."""

import struct
from pathlib import Path

import pytest

from profiler_suite.host import caches
from profiler_suite.model.machine import Cache


def cache(level: int, size_bytes: int, shared: int) -> Cache:
    return Cache(level=level, size_bytes=size_bytes, shared_by_cores=shared)


def index(folder: Path, number: int, kind: str, level: str, size: str, shared: str) -> None:
    part = folder / f"index{number}"
    part.mkdir()
    for name, text in (
        ("type", kind),
        ("level", level),
        ("size", size),
        ("shared_cpu_list", shared),
    ):
        (part / name).write_text(text + "\n")


def test_linux_data_and_unified_caches_come_by_level(tmp_path: Path) -> None:
    index(tmp_path, 0, "Unified", "3", "32M", "0-3,8-11")
    index(tmp_path, 1, "Instruction", "1", "32K", "0")
    index(tmp_path, 2, "Data", "1", "48K", "0,4")
    index(tmp_path, 3, "Unified", "2", "1024", "0")
    assert caches.from_sysfs(tmp_path) == (
        cache(1, 48 * 2**10, 2),
        cache(2, 1024, 1),
        cache(3, 32 * 2**20, 8),
    )


@pytest.mark.parametrize(
    ("level", "size", "shared"),
    [("2", "", "0"), ("2", "big", "0"), ("", "1K", "0"), ("2", "1K", "")],
)
def test_a_cache_that_says_nothing_or_nonsense_is_left_out(
    tmp_path: Path, level: str, size: str, shared: str
) -> None:
    index(tmp_path, 0, "Data", "1", "48K", "0")
    index(tmp_path, 1, "Unified", level, size, shared)
    assert caches.from_sysfs(tmp_path) == (cache(1, 48 * 2**10, 1),)


def test_a_folder_that_is_not_there_has_no_caches(tmp_path: Path) -> None:
    assert caches.from_sysfs(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("cpus", "count"), [("0", 1), ("0-3", 4), ("0-3,8,10-11", 7), ("5,7", 2)]
)
def test_cpus_of_a_list_are_counted(cpus: str, count: int) -> None:
    assert caches.cpu_count(cpus) == count


def test_macos_says_the_caches_of_its_performance_cores_first() -> None:
    said = {
        "hw.perflevel0.l1dcachesize": "131072",
        "hw.l1dcachesize": "65536",
        "hw.l2cachesize": "4194304",
        "hw.perflevel0.cpusperl2": "4",
        "hw.l3cachesize": "0",
    }
    assert caches.from_sysctl(lambda name: said.get(name, "")) == (
        cache(1, 131072, 1),
        cache(2, 4194304, 4),
    )


def windows_record(level: int, size_bytes: int, kind: int, mask: int) -> bytes:
    body = struct.pack("<BBHII", level, 8, 64, size_bytes, kind) + bytes(20)
    body += struct.pack("<QHHI", mask, 0, 0, 0)
    return struct.pack("<II", 2, 8 + len(body)) + body


def test_windows_records_of_other_kinds_and_of_instructions_are_passed_over() -> None:
    other = struct.pack("<II", 0, 24) + bytes(16)
    records = (
        other
        + windows_record(3, 2**24, 0, 0xFF)
        + windows_record(1, 2**15, 1, 0b1)  # instructions
        + windows_record(1, 2**16, 2, 0b11)
        + windows_record(1, 2**17, 2, 0b1)  # of another core
    )
    assert caches.from_windows_records(records) == (cache(1, 2**16, 2), cache(3, 2**24, 8))


@pytest.mark.parametrize("records", [b"", bytes(7), bytes(64)])
def test_windows_records_that_say_nothing_end_the_reading(records: bytes) -> None:
    assert caches.from_windows_records(records) == ()


def test_a_level_that_the_system_does_not_name_has_the_size_given() -> None:
    assert caches.size_bytes(17, 12345) == 12345
