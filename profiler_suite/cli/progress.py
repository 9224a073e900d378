"""Progress on standard error: one line redrawn on a terminal, a line now and then elsewhere."""

import shutil
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from profiler_suite import units
from profiler_suite.cli.time_left import TimeLeft

if TYPE_CHECKING:
    from profiler_suite.measure.sweep.job import Progress

_REDRAW_S = 0.25
_LOG_EVERY_S = 15.0
_CELLS = 10
SURVEY = ("preparing probes", "measuring the machine")
"""What the messages of a survey of the machine begin with."""


def bar(share: float, cells: int, *, plain: bool) -> str:
    """A bar of that many characters, `share` of it filled."""
    full, empty = ("#", "-") if plain else ("█", "░")
    filled = min(cells, max(0, int(share * cells)))
    return full * filled + empty * (cells - filled)


class ProgressLine:
    """Shows how far a command is; draws only when called, which is between visits."""

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self._stream = stream
        self._quiet = quiet
        self._terminal = stream.isatty()
        self._plain = "utf" not in (getattr(stream, "encoding", None) or "").lower()
        self._drawn_at = -_LOG_EVERY_S
        self._open = False
        self._logged = ""
        self._phases: tuple[tuple[str, ...], ...] = ()
        self._phase = 0
        self._share = 0.0
        self._left = TimeLeft()

    @property
    def quiet(self) -> bool:
        """Whether only warnings are told."""
        return self._quiet

    def phases(self, beginnings: Sequence[Sequence[str]]) -> None:
        """What the command goes through: for each phase, what its messages begin with.

        A message that none begins with belongs to the phase that goes on.
        """
        self._phases = tuple(tuple(each) for each in beginnings)
        self._phase, self._share = 0, 0.0

    def show(self, progress: "Progress") -> None:
        """Draw, unless that was just done."""
        new = self._enter(progress.stage)
        self._share = max(self._share, min(progress.share, 1.0))
        now_s = monotonic()
        if progress.remaining_s > 0:
            self._left.update(now_s, progress.remaining_s)
        done = f"{progress.points_done}/{progress.points} points done"
        left = _left(self._left.now(now_s))
        text = f"{progress.stage}{self._done()}{left}  {done}  {progress.point}"
        if new:
            self.say(text)
        else:
            self.pace(text)

    def pace(self, text: str) -> None:
        """One of many messages, drawn only if the last one was drawn a while ago."""
        pause_s = _REDRAW_S if self._terminal else _LOG_EVERY_S
        if not self._quiet and monotonic() - self._drawn_at >= pause_s:
            self._draw(text)

    def say(self, text: str) -> None:
        """A message on a line of its own (the next one replaces it on a terminal)."""
        self._enter(text)
        self.detail(text)

    def detail(self, text: str) -> None:
        """The same within the phase that goes on, whatever it begins with."""
        if not self._quiet:
            self._draw(text)

    def remark(self, text: str) -> None:
        """A message that stays, unless quiet."""
        if not self._quiet:
            self.keep(text)

    def keep(self, text: str) -> None:
        """A message that stays, also when quiet: a warning."""
        self.clear()
        self._write(f"{text}\n")

    def _enter(self, text: str) -> bool:
        """Find the phase of a message, from the present one on; whether it is a new one."""
        for number in range(self._phase, len(self._phases)):
            if text.startswith(self._phases[number]):
                new = number != self._phase
                if new:
                    self._phase, self._share = number, 0.0
                return new
        return False

    def _done(self) -> str:
        """The bar of a phase, and how much of it is done."""
        if not self._share:
            return ""
        drawn = f"{bar(self._share, _CELLS, plain=self._plain)} " if self._terminal else ""
        # While something is being done, it is not over.
        return f"  {drawn}{units.percent(min(self._share, 0.99))}"

    def _draw(self, text: str) -> None:
        self._drawn_at = monotonic()
        if self._terminal:
            width = shutil.get_terminal_size().columns
            self._write(f"\r\x1b[2K{f'{self._head()}{text}'[: width - 1]}")
            self._open = True
        elif (line := f"{self._head()}{text}") != self._logged:
            self._logged = line
            self._write(f"{line}\n")

    def _head(self) -> str:
        """Which phase it is; a bar of the phases where there is none of this one."""
        if not self._phases:
            return ""
        number, of = self._phase + 1, len(self._phases)
        drawn = self._terminal and not self._share
        beside = f" {bar((number - 1) / of, of, plain=self._plain)}" if drawn else ""
        return f"phase {number} of {of}{beside}: "

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


def _left(left_s: float | None) -> str:
    """', about 2 min left'; while something is being done, it is not over."""
    if left_s is None:
        return ""
    about = f"about {units.duration(left_s)}" if left_s >= 1 else "less than 1 s"
    return f", {about} left"
