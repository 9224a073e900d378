"""Runs a person's own Python file as a module, and says as one sentence what failed in it."""

import sys
import traceback
from pathlib import Path
from types import ModuleType

from profiler_suite.errors import ProfilerSuiteError, UsageError


def execute(path: Path, kind: str) -> ModuleType:
    """Run the file and return it as a module; UsageError names file and line.

    `kind` (experiment, plugin) is part of the module's name.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    # Entered in sys.modules, where dataclasses and pickle look a module up.
    module = ModuleType(f"profiler_suite_{kind}_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    # As when it is run as a script, it may import its neighbours.
    sys.path.append(str(path.parent))
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        # Whatever a user's file raises is the user's to know about, as one sentence.
        raise failure(error, path) from error
    finally:
        _forget(str(path.parent))
    return module


def _forget(folder: str) -> None:
    """Take the folder's last mention off the path: an earlier one was there before."""
    for number in reversed(range(len(sys.path))):
        if sys.path[number] == folder:
            del sys.path[number]
            return


def _line_in(error: BaseException, path: Path) -> int:
    """The last line of the file that took part in the error; 0 when none did."""
    lines = [
        frame.lineno or 0
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    return lines[-1] if lines else 0


def failure(error: BaseException, path: Path) -> UsageError:
    """What a file of a person's own raised, as an error for its author: where, and what."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return UsageError(f"{path}, line {error.lineno or 1}: not valid Python: {error.msg}")
    line = _line_in(error, path)
    where = f"{path}, line {line}" if line else str(path)
    if isinstance(error, ProfilerSuiteError):
        return UsageError(f"{where}: {error}")
    said = str(error).strip()
    return UsageError(f"{where}: {type(error).__name__}{f': {said}' if said else ''}")
