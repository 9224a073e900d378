"""Progress on standard error: one line redrawn on a terminal, a line now and then elsewhere."""

import shutil
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from profiler_suite import units

if TYPE_CHECKING:
    from profiler_suite.measure.sweep.job import Progress

_REDRAW_S = 0.25
_LOG_EVERY_S = 15.0


class ProgressLine:
    """Shows how far a sweep is; draws only when called, which is between visits."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._terminal = stream.isatty()
        self._drawn_at = -_LOG_EVERY_S
        self._open = False

    def show(self, progress: "Progress") -> None:
        """Draw, unless that was just done."""
        left_s = max(progress.remaining_s, 0.0)
        # While something is being done, it is not over.
        left = f"about {units.duration(left_s)}" if left_s >= 1 else "less than 1 s"
        done = f"{progress.points_done}/{progress.points} points done"
        self.pace(f"{progress.stage}  {done}, {left} left  {progress.point}")

    def pace(self, text: str) -> None:
        """One of many messages, drawn only if the last one was drawn a while ago."""
        pause_s = _REDRAW_S if self._terminal else _LOG_EVERY_S
        if not self._quiet and monotonic() - self._drawn_at >= pause_s:
            self._drawn_at = monotonic()
            self._draw(text)

    def say(self, text: str) -> None:
        """A message on a line of its own (the next one replaces it on a terminal)."""
        if not self._quiet:
            self._draw(text)

    def keep(self, text: str) -> None:
        """A message that stays, also when quiet: a warning."""
        self.clear()
        self._write(f"{text}\n")

    def _draw(self, text: str) -> None:
        if self._terminal:
            width = shutil.get_terminal_size().columns
            self._write(f"\r\x1b[2K{text[: width - 1]}")
            self._open = True
        else:
            self._write(f"{text}\n")

    def clear(self) -> None:
        """Take the line away."""
        if self._open:
            self._write("\r\x1b[2K")
            self._open = False

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (BrokenPipeError, OSError):
            # The terminal has gone; measuring goes on, the run folder has it all.
            self._quiet = True
