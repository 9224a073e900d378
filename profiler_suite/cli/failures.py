"""What is told of an error, and which exit code it has."""

import contextlib
from collections.abc import Iterator

from profiler_suite import units
from profiler_suite.cli.internal import INTERNAL, sentence
from profiler_suite.cli.streams import GONE, tell
from profiler_suite.errors import ChildError, FleetError, FunctionError, ProfilerSuiteError

USAGE, POINTS_FAILED = 2, 3
# What goes wrong while something is measured, and not in what was asked for.
_RUN_ERRORS = (ChildError, FleetError, FunctionError)


def reader_is_gone(error: BaseException) -> bool:
    """Whether whoever read our output has gone; a file that cannot be read is none."""
    return isinstance(error, OSError) and error.errno in GONE and not error.filename


def in_words(error: BaseException) -> str:
    """One sentence; of a defect of the suite it says where the log is."""
    if isinstance(error, ProfilerSuiteError):
        return units.printable(str(error))
    if isinstance(error, MemoryError):
        return "not enough memory; choose fewer or smaller points"
    if isinstance(error, OSError):
        return units.printable(_reason(error))
    return sentence(error)


def exit_code(error: BaseException) -> int:
    """Of a command that ends with this error."""
    if isinstance(error, _RUN_ERRORS):
        return POINTS_FAILED
    known = isinstance(error, ProfilerSuiteError | MemoryError | OSError)
    return USAGE if known else INTERNAL


def tell_failure(error: BaseException) -> None:
    """Tell what went wrong, if anybody is there to read it."""
    if not reader_is_gone(error):
        tell(f"error: {in_words(error)}")


@contextlib.contextmanager
def told() -> Iterator[None]:
    """An error in it is told, and what follows it goes on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - ours, whatever it is
        tell_failure(error)


def _reason(error: OSError) -> str:
    """The system's own words, and the file they are about."""
    said = error.strerror or str(error) or type(error).__name__
    return f"{said}: {error.filename}" if error.filename else f"{said} (system error)"
