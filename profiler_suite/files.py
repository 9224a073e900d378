"""Writes whole files, and says what to do when that is not possible."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from profiler_suite.errors import RunFolderError

TEMPORARY = ".tmp"
"""Ends the name of a file that is not complete yet."""
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def remedy(error: OSError) -> str:
    """What a person can do about a file that cannot be written."""
    if error.errno in _FULL:
        return "make room or choose another folder with --out"
    return "choose another folder with --out"


def write_whole(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file under a temporary name, then rename it: never half a file.

    `durable`: it is there, and whole, also when the power fails right after.
    """
    # A path that is not valid UTF-8 may be part of a text: '?' is shown for such bytes.
    data = content.encode(errors="replace") if isinstance(content, str) else content
    try:
        descriptor, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            # mkstemp makes files for the owner alone; a report is to be shared.
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunFolderError(
            f"cannot write {path}: {error.strerror or error}; {remedy(error)}"
        ) from error
    if durable:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and its parents, if they are not there yet."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError(
            f"cannot make the folder {path}: {error.strerror or error}; {remedy(error)}"
        ) from error
