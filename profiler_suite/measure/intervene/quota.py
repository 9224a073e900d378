"""A control group that gives its processes no more than so many cores' time, where allowed."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from profiler_suite.errors import UsageError

_PERIOD_US = 100_000
_GROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


class QuotaGroup:
    """A group with a quota; processes are put into it one by one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pid: int) -> None:
        """Hold that process, and all that it starts, to the quota."""
        (self._folder / "cgroup.procs").write_text(f"{pid}\n")


@contextlib.contextmanager
def quota_group(
    cores: float, groups: Path = _GROUPS, membership: Path = _MEMBERSHIP
) -> Iterator[QuotaGroup]:
    """A group below this process's own; UsageError where none can be made.

    Its processes have to have ended when it is left.
    """
    parent, files = _parent(groups, membership, cores)
    folder = parent / f"profiler_suite_{os.getpid()}_{cores:g}"
    try:
        folder.mkdir()
    except OSError as error:
        raise _refused(error) from error
    try:
        try:
            for name, text in files.items():
                (folder / name).write_text(text)
        except OSError as error:
            raise _refused(error) from error
        yield QuotaGroup(folder)
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _parent(groups: Path, membership: Path, cores: float) -> tuple[Path, dict[str, str]]:
    """The folder to make a group in, and what its files are to hold."""
    quota_us = max(1000, round(cores * _PERIOD_US))
    second: Path | None = None
    for line in membership.read_text().splitlines() if membership.exists() else ():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):
            mounts = [m for m in (groups / controllers, groups / "cpu") if m.is_dir()]
            if mounts:
                files = {
                    "cpu.cfs_period_us": str(_PERIOD_US),
                    "cpu.cfs_quota_us": str(quota_us),
                }
                return mounts[0] / path.strip("/"), files
        elif not controllers:
            second = groups / path.strip("/")
    if second is None or not (groups / "cgroup.controllers").exists():
        raise UsageError("there is no control group for processor time here")
    return second, {"cpu.max": f"{quota_us} {_PERIOD_US}"}


def _refused(error: OSError) -> UsageError:
    return UsageError(
        f"no control group with a quota can be made here ({error.strerror or error}); it takes "
        "the rights of an administrator, or a delegated group (systemd-run --user --scope)"
    )
