"""Where the runs of single hosts are in a run over several."""

import re
from pathlib import Path

from profiler_suite.store.folder import is_run
from profiler_suite.store.names import HOSTS


def host_folder(folder: Path, host: str) -> Path:
    """Where the run of one host is, in a run over several."""
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", host).strip("-.") or "host"
    return folder / HOSTS / safe


def host_folders(folder: Path) -> list[Path]:
    """The folders of the hosts of a run over several, by name; none for a run of one series."""
    try:
        return sorted(path for path in (folder / HOSTS).iterdir() if is_run(path))
    except OSError:
        return []
