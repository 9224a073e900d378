"""Reading cores, caches and the CPU from what operating systems write."""

import struct
from pathlib import Path

import pytest

from profiler_suite.host.caches import (
    cpu_count,
    from_sysctl,
    from_sysfs,
    from_windows_records,
)
from profiler_suite.machine import facts as facts_module
from profiler_suite.machine.cores import cores_allowed, quota_cores
from profiler_suite.machine.facts import cpuinfo_records, read_facts
from profiler_suite.model.machine import Cache, last_cache


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_a_cpu_list_is_counted() -> None:
    assert cpu_count("0") == 1
    assert cpu_count("0-3,8,10-11") == 7


def test_sysfs_caches_leave_out_the_instruction_cache(tmp_path: Path) -> None:
    write(
        tmp_path / "index0", type="Data\n", level="1\n", size="48K\n", shared_cpu_list="0,64\n"
    )
    write(
        tmp_path / "index1",
        type="Instruction\n",
        level="1\n",
        size="32K\n",
        shared_cpu_list="0\n",
    )
    write(
        tmp_path / "index3",
        type="Unified\n",
        level="3\n",
        size="32M\n",
        shared_cpu_list="0-7\n",
    )
    assert from_sysfs(tmp_path) == (
        Cache(level=1, size_bytes=48 * 2**10, shared_by_cores=2),
        Cache(level=3, size_bytes=32 * 2**20, shared_by_cores=8),
    )


def test_a_machine_that_tells_no_caches_has_none(tmp_path: Path) -> None:
    assert from_sysfs(tmp_path / "absent") == ()


def test_macos_tells_the_performance_cores_caches() -> None:
    says = {
        "hw.perflevel0.l1dcachesize": "131072",
        "hw.perflevel0.l2cachesize": "16777216",
        "hw.perflevel0.cpusperl2": "4",
        "hw.l1dcachesize": "65536",
    }
    assert from_sysctl(lambda name: says.get(name, "")) == (
        Cache(level=1, size_bytes=131072, shared_by_cores=1),
        Cache(level=2, size_bytes=16777216, shared_by_cores=4),
    )


def test_windows_records_are_decoded() -> None:
    def record(level: int, size: int, kind: int, mask: int) -> bytes:
        body = struct.pack("<BBHII18sHQ", level, 8, 64, size, kind, b"", 1, mask)
        return struct.pack("<II", 2, 8 + len(body)) + body

    records = record(1, 32768, 2, 0b11) + record(1, 32768, 1, 0b11) + record(3, 2**25, 0, 0xFF)
    assert from_windows_records(records) == (
        Cache(level=1, size_bytes=32768, shared_by_cores=2),
        Cache(level=3, size_bytes=2**25, shared_by_cores=8),
    )


def test_a_version_2_quota_of_an_ancestor_binds(tmp_path: Path) -> None:
    membership = tmp_path / "cgroup"
    membership.write_text("0::/outer/inner\n")
    write(tmp_path / "fs/outer/inner", cpu__max="max 100000\n")
    write(tmp_path / "fs/outer", cpu__max="150000 100000\n")
    assert quota_cores(membership, tmp_path / "fs") == 1.5


def test_a_version_1_quota_is_read(tmp_path: Path) -> None:
    membership = tmp_path / "cgroup"
    membership.write_text("4:memory:/job\n3:cpu,cpuacct:/job\n")
    write(
        tmp_path / "fs/cpu,cpuacct/job",
        cpu__cfs_quota_us="50000\n",
        cpu__cfs_period_us="100000\n",
    )
    assert quota_cores(membership, tmp_path / "fs") == 0.5


def test_no_quota_is_zero(tmp_path: Path) -> None:
    assert quota_cores(tmp_path / "absent", tmp_path) == 0.0


def test_cores_allowed_is_affinity_capped_by_the_quota_rounded_up() -> None:
    assert cores_allowed(8, 0.0) == 8
    assert cores_allowed(8, 2.5) == 3
    assert cores_allowed(2, 16.0) == 2
    assert cores_allowed(4, 0.2) == 1


def test_cpuinfo_blocks_become_records() -> None:
    text = "processor\t: 0\nmodel name\t: A CPU\n\nprocessor\t: 1\nmodel name\t: A CPU\n\n"
    assert [record["processor"] for record in cpuinfo_records(text)] == ["0", "1"]


@pytest.mark.parametrize(
    ("flags", "size"),
    [
        ("flags: fpu sse2 avx avx2 fma avx512f", 64),
        ("flags: fpu sse2 avx avx2 fma", 32),
        ("flags: fpu sse2 avx", 0),  # nothing multiplies and adds at once
        ("Features: fp asimd crc32", 16),
        ("bogomips: 1", 0),
    ],
)
def test_flags_name_the_widest_vectors(flags: str, size: int) -> None:
    records = cpuinfo_records(f"processor: 0\n{flags}\n")
    assert facts_module._vector_bytes(records) == size
    assert facts_module._vector_bytes([]) == 0


def test_facts_of_this_machine_are_plausible() -> None:
    facts = read_facts()
    assert 1 <= facts.cores_allowed <= facts.logical_cpus
    assert facts.numpy
    assert facts.python
    assert all(a.level < b.level for a, b in zip(facts.caches, facts.caches[1:], strict=False))


def test_the_last_cache_is_of_the_highest_level_and_of_that_the_largest() -> None:
    def cache(level: int, size_bytes: int) -> Cache:
        return Cache(level=level, size_bytes=size_bytes, shared_by_cores=1)

    assert last_cache(()) is None
    assert last_cache((cache(2, 8), cache(3, 4))) == cache(3, 4)
    assert last_cache((cache(3, 32), cache(1, 1), cache(3, 96))) == cache(3, 96)


def test_pages_have_a_size_and_the_setting_of_huge_ones(tmp_path: Path) -> None:
    file = tmp_path / "enabled"
    file.write_text("always [madvise] never\n")
    assert facts_module.pages(file).endswith("KiB, huge: madvise")
    assert facts_module.pages(tmp_path / "none").endswith("KiB")
