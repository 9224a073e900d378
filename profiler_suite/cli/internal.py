"""A defect in the suite itself: one sentence, and a log to report it with."""

import contextlib
import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from profiler_suite import __version__, units

INTERNAL = 70
"""Exit code of a defect of the suite; EX_SOFTWARE of sysexits.h."""
# What is shown of a message that may be a whole document.
_MOST_SHOWN = 200


def sentence(error: BaseException) -> str:
    """What happened, and where the log with the traceback is."""
    said = " ".join(units.printable(_text(error)).split())[:_MOST_SHOWN]
    log = _log(error)
    where = (
        f"report it with the traceback in {log}"
        if log
        else "no log could be written: free some disk space and try again"
    )
    kind = type(error).__name__
    return f"internal error ({kind}{f': {said}' if said else ''}); {where}"


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error may fail to say what it is
        return ""


def _log(error: BaseException) -> Path | None:
    """The file with the traceback; None where nothing can be written."""
    now = datetime.now(UTC)
    about = (
        f"profiler_suite {__version__}, Python {platform.python_version()}, "
        f"{platform.platform()}, {now.isoformat(timespec='seconds')}\n"
        f"{' '.join(map(repr, sys.argv))}\n\n"
    )
    try:
        content = about + "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - as above
        content = about + "".join(traceback.format_tb(error.__traceback__))
    name = f"internal-error-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    for folder in (_cache, lambda: Path(tempfile.gettempdir())):
        with contextlib.suppress(Exception):
            from profiler_suite.files import make_folder, write_whole

            path = folder() / name
            make_folder(path.parent)
            write_whole(path, content)
            return path
    return None


def _cache() -> Path:
    from profiler_suite.machine.kept import cache_folder

    return cache_folder() / "logs"
