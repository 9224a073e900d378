"""Writes files: each appears whole, and nothing of the user's is ever replaced unasked.

One rule for every writer. A file is created, or replaced if this package has written it
(recognised by its content); links are followed; what is no regular file is written into;
everything else is refused with one sentence, before any work is done.
"""

import contextlib
import dataclasses
import errno
import os
import re
import stat
import tempfile
import time
from pathlib import Path
from typing import Self

from profiler_suite.errors import RunFolderError

TEMPORARY = ".tmp"
"""Ends the name of a file that is not complete yet."""
ELSEWHERE = "choose another folder with --out"
"""What to try where a report cannot go."""
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
# All that tells a kind of file stands this near to its beginning or its end.
_TELLING_BYTES = 2**17
# A pipe's reader that is started in the same line of a shell is there by then.
READER_S = 3.0
# The temporary name of a file must not be too long where the name itself is not.
_MOST_NAME = 40


@dataclasses.dataclass(frozen=True)
class Kind:
    """How files of one kind begin and end when this package has written them."""

    name: str
    """Such as 'table of points'."""
    begins: re.Pattern[bytes]
    ends: re.Pattern[bytes] = re.compile(rb"")
    """Searched in the last bytes of the file."""

    def wrote(self, path: Path) -> bool:
        """True when the content of that file is of this kind."""
        try:
            with path.open("rb") as file:
                head = file.read(_TELLING_BYTES)
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - _TELLING_BYTES))
                return bool(self.begins.match(head) and self.ends.search(file.read()))
        except OSError:
            return False


def check(path: Path, kind: Kind, *, force: bool = False, remedy: str = ELSEWHERE) -> None:
    """Raise RunFolderError unless the file may be created, replaced or written into.

    With `force` a file of anybody's may be replaced. `remedy` is what to try instead.
    """
    mode = _mode(path)
    if mode is None:
        _check_creation(path, remedy)
    elif stat.S_ISDIR(mode):
        raise RunFolderError(f"{path} is a folder, not a file; {remedy}")
    elif stat.S_ISREG(mode):
        _check_replacement(path, mode, kind, force, remedy)
    elif not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        what = "a disk" if stat.S_ISBLK(mode) else "neither a file nor a pipe"
        raise RunFolderError(f"{path} is {what}, which is not written to; {remedy}")


def _mode(path: Path) -> int | None:
    """The type and permissions of what is there, links followed; None when nothing is."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot_write(path, error) from error


def _check_replacement(path: Path, mode: int, kind: Kind, force: bool, remedy: str) -> None:
    if not force and path.stat().st_size and not kind.wrote(path):
        raise RunFolderError(
            f"{path} already exists and is not a {kind.name} of profiler_suite; {remedy}"
        )
    # Root may write to any file, also to one that is to stay as it is.
    if not force and not (mode & 0o222 and os.access(path, os.W_OK)):
        raise RunFolderError(f"{path} is read-only; {remedy}")
    _check_creation(path, remedy)


def _check_creation(path: Path, remedy: str) -> None:
    """Raise RunFolderError unless a file can be made where that path leads to."""
    folder = _followed(path).parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or error
        if isinstance(error, FileNotFoundError):
            why = f"there is no folder {folder}"
        raise RunFolderError(f"cannot write {path}: {why}; {remedy}") from error


def check_folder(path: Path, remedy: str = ELSEWHERE) -> None:
    """Raise RunFolderError unless files can be made in that folder, which need not be there."""
    there = _followed(path)
    try:
        while not there.exists() and there != there.parent:
            there = there.parent
    except OSError as error:
        raise _cannot_write(path, error) from error
    if not there.is_dir():
        raise RunFolderError(f"{there} is not a folder; {remedy}")
    _check_creation(there / path.name, remedy)


class Output:
    """A file that is written when the work is done, and checked before it begins.

    A context manager: a pipe or a device is held open, so that its reader waits.
    """

    def __init__(
        self, path: Path, kind: Kind, *, force: bool = False, remedy: str = ELSEWHERE
    ) -> None:
        self.path = path
        self._kind, self._force, self._remedy = kind, force, remedy
        check(path, kind, force=force, remedy=remedy)
        mode = _mode(path)
        self._stream: int | None = None
        self.is_standard_output = mode is not None and _is_standard_output(path)
        if self.is_standard_output:
            self._stream = os.dup(1)
        elif mode is not None and not stat.S_ISREG(mode):
            self._stream = _opened(path, remedy)

    def write(self, content: str | bytes) -> None:
        """Write the whole content; what has come into its way meanwhile is refused."""
        if self._stream is None:
            check(self.path, self._kind, force=self._force, remedy=self._remedy)
            write_whole(self.path, content)
            return
        try:
            # Without a buffer of its own: nothing is left to be written at closing.
            with os.fdopen(os.dup(self._stream), "wb", buffering=0) as file:
                rest = memoryview(_bytes(content))
                while rest:
                    rest = rest[file.write(rest) :]
        except BrokenPipeError:
            raise  # whoever read it has seen enough
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def close(self) -> None:
        """Let go of a pipe or a device."""
        if self._stream is not None:
            os.close(self._stream)
            self._stream = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_standard_output(path: Path) -> bool:
    """True for /dev/stdout and its like: a second opening would begin at its start again."""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def _opened(path: Path, remedy: str) -> int:
    """A pipe or device, open for writing; its reader is waited for, but not for ever."""
    flags = os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    end = time.monotonic() + READER_S
    while True:
        try:
            descriptor = os.open(path, flags)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise _cannot_write(path, error) from error
            if time.monotonic() > end:
                raise RunFolderError(
                    f"nobody reads from {path}; start its reader first, or {remedy}"
                ) from error
            time.sleep(0.02)
        else:
            if hasattr(os, "O_NONBLOCK"):
                os.set_blocking(descriptor, True)
            return descriptor


def remedy(error: OSError) -> str:
    """What a person can do about a file that cannot be written."""
    return f"make room or {ELSEWHERE}" if error.errno in _FULL else ELSEWHERE


def _cannot_write(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"cannot write {path}: {error.strerror or error}; {remedy(error)}")


def _followed(path: Path) -> Path:
    """Where that path leads to, through every link; it need not be there."""
    return Path(os.path.realpath(path))


def _bytes(content: str | bytes) -> bytes:
    # A path that is not valid UTF-8 may be part of a text: '?' is shown for such bytes.
    return content.encode(errors="replace") if isinstance(content, str) else content


def write_whole(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file under a temporary name, then rename it: never half a file.

    For files whose names are this package's own, and the only place where files are
    replaced. Links are followed. `durable`: it is there, and whole, also when the power
    fails right after.
    """
    target = _followed(path)
    try:
        before = target.stat() if target.exists() else None
        if before is not None and not stat.S_ISREG(before.st_mode):
            raise OSError(None, "it is not a regular file")
        descriptor, name = tempfile.mkstemp(
            dir=target.parent, prefix=f".{target.name[:_MOST_NAME]}.", suffix=TEMPORARY
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_bytes(content))
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            Path(name).chmod(_permissions(before))
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _cannot_write(path, error) from error
    if durable:
        _sync_folder(target.parent)


def _permissions(before: os.stat_result | None) -> int:
    """Those of the file that is replaced; mkstemp makes files for the owner alone."""
    if before is not None:
        return stat.S_IMODE(before.st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


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
        _followed(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError(
            f"cannot make the folder {path}: {error.strerror or error}; {remedy(error)}"
        ) from error
