"""What the machine and the software say of themselves, without measuring."""

import importlib.metadata
import mmap
import os
import platform
import re
import sys
from pathlib import Path
from typing import Any

from profiler_suite.host import caches
from profiler_suite.host.ask import sysctl, text_of
from profiler_suite.machine import cores
from profiler_suite.model.machine import BlasLibrary, MachineFacts

_CPU = Path("/sys/devices/system/cpu")
_HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")
# A flag of /proc/cpuinfo → bytes of the vectors that multiply and add at once.
_VECTORS = {"avx512f": 64, "fma": 32, "asimd": 16}


def read_facts() -> MachineFacts:
    """Everything the operating system, Python and the loaded BLAS tell."""
    cpuinfo = cpuinfo_records(text_of(Path("/proc/cpuinfo")))
    logical = cores.logical_cpus()
    quota = cores.quota_cores()
    sockets, physical = _sockets_and_cores(cpuinfo, logical)
    return MachineFacts(
        host=platform.node(),
        system=f"{platform.system()} {platform.release()}",
        cpu=_cpu_name(cpuinfo),
        architecture=platform.machine(),
        sockets=sockets,
        cores=physical,
        threads_per_core=max(1, logical // physical),
        logical_cpus=logical,
        cores_allowed=cores.cores_allowed(cores.affinity_cpus(), quota),
        quota_cores=quota,
        caches=caches.data_caches(),
        numa_nodes=len(list(Path("/sys/devices/system/node").glob("node[0-9]*"))),
        governor=text_of(_CPU / "cpu0/cpufreq/scaling_governor"),
        boost=_boost(),
        virtualised=_virtualised(cpuinfo),
        memory_bytes=_memory_bytes(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        numpy=_version("numpy"),
        scipy=_version("scipy"),
        blas=blas_libraries(),
        vector_bytes=_vector_bytes(cpuinfo),
        pages=pages(),
    )


def pages(file: Path = _HUGE_PAGES) -> str:
    """Size of a page, and the setting in brackets of those of huge pages."""
    said = f"{mmap.PAGESIZE // 2**10} KiB"
    chosen = re.search(r"\[(\w+)\]", text_of(file))
    return f"{said}, huge: {chosen[1]}" if chosen else said


def blas_libraries() -> tuple[BlasLibrary, ...]:
    """The BLAS that NumPy calls, with the threads it uses now.

    SciPy may bring one of its own; whether that is loaded depends on what ran
    before, and no result here may depend on that.
    """
    import numpy as np
    from threadpoolctl import threadpool_info

    _ = np.__version__  # imported so that its BLAS is loaded
    found = []
    for pool in threadpool_info():
        if pool.get("user_api") == "blas" and not _belongs_to_scipy(str(pool["filepath"])):
            found.append(_blas_library(pool))
    return tuple(sorted(found, key=lambda library: library.name))


def _belongs_to_scipy(file: str) -> bool:
    return any(part in ("scipy", "scipy.libs") for part in Path(file).parts)


def _blas_library(pool: dict[str, Any]) -> BlasLibrary:
    return BlasLibrary(
        name=str(pool.get("internal_api") or ""),
        version=str(pool.get("version") or ""),
        architecture=str(pool.get("architecture") or ""),
        threading=str(pool.get("threading_layer") or ""),
        threads=int(pool.get("num_threads") or 0),
    )


def cpuinfo_records(text: str) -> list[dict[str, str]]:
    """The blocks of /proc/cpuinfo, one per logical CPU."""
    records = []
    for block in text.split("\n\n"):
        pairs = (line.partition(":") for line in block.splitlines() if ":" in line)
        record = {name.strip(): value.strip() for name, _, value in pairs}
        if "processor" in record:
            records.append(record)
    return records


def _cpu_name(cpuinfo: list[dict[str, str]]) -> str:
    if cpuinfo:
        first = cpuinfo[0]
        name = first.get("model name") or first.get("CPU part") or first.get("cpu") or ""
        # Hosts hide the product name ('AMD EPYC'); family and model tell CPUs apart.
        if "cpu family" in first:
            name += f" (family {first['cpu family']}, model {first.get('model', '?')})"
        return name or platform.processor()
    return (
        sysctl("machdep.cpu.brand_string") if sys.platform == "darwin" else platform.processor()
    )


def _vector_bytes(cpuinfo: list[dict[str, str]]) -> int:
    """Of the widest vectors that the flags name; 0 where they name none that is known."""
    first = cpuinfo[0] if cpuinfo else {}
    flags = (first.get("flags") or first.get("Features") or "").split()
    return next((size for flag, size in _VECTORS.items() if flag in flags), 0)


def _sockets_and_cores(cpuinfo: list[dict[str, str]], logical: int) -> tuple[int, int]:
    if sys.platform == "darwin":
        return int(sysctl("hw.packages") or 1), int(sysctl("hw.physicalcpu") or logical)
    places = {
        (record["physical id"], record["core id"])
        for record in cpuinfo
        if "physical id" in record and "core id" in record
    }
    if not places:
        return 0, logical
    return len({socket for socket, _ in places}), len(places)


def _boost() -> str:
    generic = text_of(_CPU / "cpufreq/boost")
    if generic:
        return "on" if generic == "1" else "off"
    intel = text_of(_CPU / "intel_pstate/no_turbo")
    if intel:
        return "off" if intel == "1" else "on"
    return ""


def _virtualised(cpuinfo: list[dict[str, str]]) -> str:
    if sys.platform == "darwin":
        return "yes" if sysctl("kern.hv_vmm_present") == "1" else "no"
    if not cpuinfo:
        return ""
    hypervisor = text_of(Path("/sys/hypervisor/type"))
    product = text_of(Path("/sys/class/dmi/id/product_name"))
    if "hypervisor" in cpuinfo[0].get("flags", "").split() or hypervisor:
        return f"yes ({hypervisor or product})" if hypervisor or product else "yes"
    return "no" if "flags" in cpuinfo[0] else ""


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
