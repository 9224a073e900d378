"""Standard streams that exist, accept any text, and may disappear."""

import contextlib
import errno
import os
import sys
from typing import TextIO

import click

# The reader has gone (head, less), or the terminal has.
GONE = {errno.EPIPE, errno.EIO, errno.EBADF}


def prepare() -> None:
    """Make standard input, output and error usable, whatever this process was given."""
    # A number left free would be given to the next file that is opened: to the rows,
    # and what a library prints would go into them.
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:  # never: the lowest free number is given
                os.dup2(opened, number)
            os.set_inheritable(number, True)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        _take_any_text(stream)


def _take_any_text(stream: TextIO) -> None:
    """Show what the stream's encoding lacks as '?'; paths that are not UTF-8 as they are."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
        reconfigure(errors="surrogateescape" if utf8 else "replace")


def tell(text: str) -> None:
    """A line on standard error, if anybody is there to read it."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def finish() -> OSError | None:
    """Write out what is left; what kept standard output from taking it, unless it has gone."""
    failed = None
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            # Python would try again at its end, and complain.
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if isinstance(error, OSError) and error.errno not in GONE:
                failed = failed or error
    return failed
