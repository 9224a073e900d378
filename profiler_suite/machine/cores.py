"""How many cores this process may use: CPU affinity and cgroup quota."""

import math
import os
from pathlib import Path

from profiler_suite.host.ask import text_of


def logical_cpus() -> int:
    """Logical CPUs of the machine."""
    return os.cpu_count() or 1


def affinity_cpus() -> int:
    """Logical CPUs that the scheduler may place this process on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return logical_cpus()


def quota_cores(
    membership: Path = Path("/proc/self/cgroup"), groups: Path = Path("/sys/fs/cgroup")
) -> float:
    """CPU quota of the control groups this process is in, in cores; 0 when there is none.

    A quota set on an ancestor binds as well, so the smallest on the way up counts.
    """
    quotas: list[float] = []
    for line in text_of(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:  # version 2
            quotas += [_quota_v2(folder) for folder in _upwards(groups, path)]
        elif "cpu" in controllers.split(","):
            for mount in (groups / controllers, groups / "cpu"):
                quotas += [_quota_v1(folder) for folder in _upwards(mount, path)]
    return min((quota for quota in quotas if quota > 0), default=0.0)


def cores_allowed(cpus: int, quota: float) -> int:
    """Logical CPUs a process may keep busy: affinity, capped by its quota rounded up."""
    return max(1, min(cpus, math.ceil(quota))) if quota > 0 else max(1, cpus)


def _upwards(mount: Path, path: str) -> list[Path]:
    """The group's folder and those above it, up to the mount (a container's own view)."""
    folder = mount / path.strip("/")
    return [folder, *(up for up in folder.parents if up == mount or mount in up.parents)]


def _quota_v2(folder: Path) -> float:
    words = text_of(folder / "cpu.max").split()
    if len(words) != 2 or words[0] == "max":
        return 0.0
    return float(words[0]) / float(words[1])


def _quota_v1(folder: Path) -> float:
    quota = text_of(folder / "cpu.cfs_quota_us")
    period = text_of(folder / "cpu.cfs_period_us")
    if not quota or not period or float(quota) <= 0:
        return 0.0
    return float(quota) / float(period)
