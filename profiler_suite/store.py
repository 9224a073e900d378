"""Append rows to a run folder and read them back.

``records.jsonl`` is append-only: one row per line, one write per row, so that a
killed process loses at most the row it was writing. ``run.json`` holds the
provenance. A run over several hosts has a run folder for each below ``hosts/``.
Schema history: 1, the first.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from profiler_suite.errors import RunFolderError
from profiler_suite.model import SCHEMA_VERSION, Provenance, Row

try:
    import fcntl
except ImportError:  # Windows: two sweeps into one folder are not noticed there
    _lock: Callable[[int], None] | None = None
else:

    def _flock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    _lock = _flock

RECORDS = "records.jsonl"
RUN = "run.json"
HOSTS = "hosts"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name, then rename it: never half a file."""
    data = content.encode() if isinstance(content, str) else content
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            # mkstemp makes files for the owner alone; a report is to be shared.
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise RunFolderError(
            f"cannot write {path}: {error.strerror or error}; free the space or choose "
            "another folder with --out"
        ) from error


def make_folder(path: Path) -> None:
    """Make a folder and its parents, if they are not there yet."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError(
            f"cannot write to {path.parent}: {error.strerror or error}; choose another folder "
            "with --out"
        ) from error


class RunFolder:
    """An open run folder, held by this process until it is closed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)
        try:
            self._file = os.open(folder / RECORDS, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            raise RunFolderError(
                f"cannot write to {folder}: {error.strerror or error}; choose another "
                "folder with --out"
            ) from error
        if _lock is not None:
            try:
                _lock(self._file)
            except OSError as error:
                os.close(self._file)
                raise RunFolderError(
                    f"{folder} is in use by another sweep; wait for it or choose another "
                    "folder with --out"
                ) from error
        self._end_cut_line()

    def _end_cut_line(self) -> None:
        """Close a last line that was cut off, so that the next row starts on its own."""
        size = os.fstat(self._file).st_size
        if size:
            os.lseek(self._file, size - 1, os.SEEK_SET)
            if os.read(self._file, 1) != b"\n":
                os.write(self._file, b"\n")

    def append(self, row: Row) -> None:
        """Write one row at the end, in one write."""
        line = msgspec.json.encode(row) + b"\n"
        try:
            written = os.write(self._file, line)
            if written != len(line):  # the disk is full: what fitted is a cut line
                os.write(self._file, line[written:])
        except OSError as error:
            raise RunFolderError(
                f"cannot write to {self.folder / RECORDS}: {error.strerror or error}; what was "
                "measured before is kept: make room, then run the same command with "
                f"--out {self.folder}"
            ) from error

    def write_provenance(self, provenance: Provenance) -> None:
        """Write run.json."""
        write_whole(self.folder / RUN, msgspec.json.format(msgspec.json.encode(provenance)))

    def close(self) -> None:
        """Let go of the folder."""
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


def is_run(folder: Path) -> bool:
    """True when the folder holds a run."""
    return (folder / RUN).is_file()


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


def read_provenance(folder: Path) -> Provenance:
    """run.json of a run folder."""
    path = folder / RUN
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunFolderError(
            f"{folder} is not a run folder: no readable {RUN} ({error.strerror or error}); "
            "give the folder that a sweep has written"
        ) from error
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
        if schema > SCHEMA_VERSION:
            raise RunFolderError(
                f"{path} has schema {schema}, newer than this version reads "
                f"({SCHEMA_VERSION}); upgrade profiler-suite"
            )
        return msgspec.json.decode(data, type=Provenance)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunFolderError(
            f"{path} is damaged: {error}; the rows in {RECORDS} are untouched: run the "
            "sweep again into a new folder"
        ) from error


class _Schema(msgspec.Struct):
    schema: int


def each_row(folder: Path) -> Iterator[Row | None]:
    """The rows in order, one at a time; None for a line that could not be read."""
    decoder = msgspec.json.Decoder(Row)
    try:
        with (folder / RECORDS).open("rb") as file:
            for line in file:
                if not line.strip():
                    continue
                try:
                    row = decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    yield None
                    continue
                yield None if row.schema > SCHEMA_VERSION else row
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunFolderError(
            f"cannot read {folder / RECORDS}: {error.strerror or error}; check its permissions"
        ) from error


def read_rows(folder: Path) -> tuple[list[Row], int]:
    """All rows in order, and how many lines could not be read (a last one may be cut off)."""
    found = list(each_row(folder))
    rows = [row for row in found if row is not None]
    return rows, len(found) - len(rows)
