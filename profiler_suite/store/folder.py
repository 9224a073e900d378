"""An open run folder: held by one process at a time, appended to row by row."""

import contextlib
import errno
import os
import re
import socket
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

import msgspec

from profiler_suite.errors import RunFolderError
from profiler_suite.files import TEMPORARY, Kind, make_folder, remedy, write_whole
from profiler_suite.model.noun import Noun, to_json
from profiler_suite.model.rows import Row
from profiler_suite.model.run import Provenance
from profiler_suite.store.names import HOLDER, RECORDS, RUN
from profiler_suite.store.reading import check, only_files

try:
    import fcntl
except ImportError:  # Windows: two sweeps into one folder are not noticed there
    _lock: Callable[[int], None] | None = None
else:

    def _flock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    _lock = _flock

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
# What a failing power supply may cost at most. Between rounds, nothing is being timed.
_SYNC_EVERY_S = 5.0
_MOST_HOLDER_BYTES = 4096
_ROWS = Kind("list of rows", re.compile(rb'\{"kind":"'))
# Elsewhere a link is followed: the system has no way to refuse it.
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class Holder(Noun, frozen=True):
    """The process that writes to a run folder."""

    pid: int
    host: str
    since: str
    """ISO 8601, UTC."""


class RunFolder:
    """An open run folder, held by this process until it is closed."""

    def __init__(self, folder: Path, clock: Callable[[], float] = monotonic) -> None:
        self.folder = folder
        self._clock = clock
        self._cut = False
        make_folder(folder)
        self._file = self._open()
        try:
            self._hold()
            self._end_cut_line()
        except BaseException:
            os.close(self._file)
            raise
        self._synced_at = clock()

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            # Without waiting for the other end, should it be a pipe.
            flags |= _NO_LINKS | getattr(os, "O_NONBLOCK", 0)
            descriptor = os.open(self.folder / RECORDS, flags, 0o644)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise OSError(None, "it is not a regular file")
            return descriptor
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise RunFolderError(
                    f"{self.folder / RECORDS} is a link to another file, which is not written "
                    "to; choose another folder with --out"
                ) from error
            raise self._cannot_write(error, "") from error

    def _hold(self) -> None:
        """Be the only process that writes here, and leave a note that says so."""
        if _lock is not None:
            try:
                _lock(self._file)
            except OSError as error:
                if error.errno in _HELD:
                    raise RunFolderError(
                        f"{self.folder} is in use by {_told_holder(self.folder)}; wait for it "
                        "or choose another folder with --out"
                    ) from error
                # A file system without locks: two sweeps into one folder go unnoticed.
        holder = Holder(
            pid=os.getpid(),
            host=socket.gethostname(),
            since=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        path = self.folder / HOLDER
        self._noted = not os.path.lexists(path) or _holder(self.folder) is not None
        if self._noted:
            with contextlib.suppress(RunFolderError):  # it only helps others to wait
                write_whole(path, msgspec.json.encode(holder))

    def _end_cut_line(self) -> None:
        """Close a last line that was cut off, so that the next row starts on its own."""
        size = os.fstat(self._file).st_size
        if size:
            os.lseek(self._file, size - 1, os.SEEK_SET)
            self._cut = os.read(self._file, 1) != b"\n"

    def append(self, row: Row) -> None:
        """Write one row at the end, in one write; a row that does not fit leaves no trace."""
        line = to_json(row) + b"\n"
        if self._cut:
            line = b"\n" + line
        before = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, line)
            while written < len(line):  # the disk may be full: the next write says so
                written += os.write(self._file, line[written:])
            self._cut = False
            if self._clock() - self._synced_at >= _SYNC_EVERY_S:
                self._sync()
        except OSError as error:
            self._take_back(before)
            raise self._cannot_write(
                error,
                "; what was measured before is kept: run the same command with "
                f"--out {self.folder} to go on",
            ) from error

    def _take_back(self, size: int) -> None:
        """Remove what was written of a row, or else close its line before the next."""
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self._cut = True

    def _sync(self) -> None:
        """Have the rows survive a power failure."""
        try:
            os.fsync(self._file)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EROFS, errno.ENOTSUP):
                raise
        self._synced_at = self._clock()

    def _cannot_write(self, error: OSError, kept: str) -> RunFolderError:
        return RunFolderError(
            f"cannot write to {self.folder / RECORDS}: {error.strerror or error}; "
            f"{remedy(error)}{kept}"
        )

    def write_provenance(self, provenance: Provenance) -> None:
        """Write run.json."""
        content = to_json(provenance)
        try:  # what could not be read again is not measured
            check(msgspec.json.decode(content, type=Provenance))
        except msgspec.ValidationError as error:
            raise RunFolderError(
                f"what was planned cannot be kept: {error}; correct the experiment"
            ) from error
        write_whole(self.folder / RUN, msgspec.json.format(content), durable=True)

    def close(self) -> None:
        """Let go of the folder."""
        with contextlib.suppress(OSError):
            self._sync()
        if self._noted:
            with contextlib.suppress(OSError):
                (self.folder / HOLDER).unlink(missing_ok=True)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _holder(folder: Path) -> Holder | None:
    """The note of who holds the folder; None where there is none that could be read."""
    try:
        with open(folder / HOLDER, "rb", opener=only_files) as file:
            data = file.read(_MOST_HOLDER_BYTES)
        return msgspec.json.decode(data, type=Holder)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _told_holder(folder: Path) -> str:
    """'another sweep (process 123 on host, since …)', as far as it is known."""
    holder = _holder(folder)
    if holder is None:
        return "another sweep"
    return f"another sweep (process {holder.pid} on {holder.host}, since {holder.since})"


def is_run(folder: Path) -> bool:
    """True when the folder holds a run."""
    return (folder / RUN).is_file()


def is_untouched(folder: Path) -> bool:
    """True when the folder holds nothing but what a sweep leaves that ended at its start."""

    def is_ours(path: Path) -> bool:
        return path.is_file() and (not path.stat().st_size or _ROWS.wrote(path))

    return all(
        path.name == HOLDER
        or (path.name == RECORDS and is_ours(path))
        or (path.name.startswith(".") and path.name.endswith(TEMPORARY))
        for path in folder.iterdir()
    )
