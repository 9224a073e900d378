"""The sampler beside a program: py-spy, which reads Python and compiled frames from outside.

It knows every version's frames and follows children. To see compiled code it has to stop the
program, for half a millisecond and more: that is done seldom. Python functions alone it reads
while the program runs on: that is done often. `compiled` puts the two together.
"""

import contextlib
import os
import shutil
import stat
import sys
import sysconfig
from pathlib import Path

from profiler_suite.measure.program.request import own_options
from profiler_suite.measure.program.spy import SpyProcess

# Of the samples, those for which the program is stopped: a millisecond each, and one more for
# each child, on a core that the program may want.
_STOPPED_SHARE = 0.2
# Who asks for more than the usual rate wants to look closely, whatever that takes.
_CLOSE_HZ, _CLOSE_SHARE = 200.0, 0.5
_LEAST_RATE_HZ = 10.0
ELSEWHERE = (
    "only Python functions were seen, not the compiled code below them: that needs Linux and "
    "py-spy; this is {system}"
)
ABSENT = (
    "only Python functions were seen, not the compiled code below them: py-spy is missing; "
    "python -m pip install py-spy"
)
REFUSED = (
    "only Python functions were seen, not the compiled code below them: py-spy cannot read the "
    "program here ({said})"
)
HARMFUL = (
    "compiled code was not seen: to see it a program is stopped many times a second, and with "
    "PYTHONUNBUFFERED Python loses what it is writing into a pipe then; unset it, or send the "
    "output to a file"
)
NOT_REACHED = (
    "the program was not watched: its interpreter did not load sitecustomize from PYTHONPATH; "
    "was the environment too large, or is it no Python?"
)
NO_COMPILED = "compiled code was not seen: py-spy cannot follow it on this system ({said})"


def find() -> str:
    """The sampler's program; empty where there is none."""
    beside = Path(sysconfig.get_path("scripts")) / "py-spy"
    return str(beside) if beside.exists() else shutil.which("py-spy") or ""


def why_not() -> str:
    """An empty string where the sampler can be tried, or one sentence why not."""
    if sys.platform != "linux":
        return ELSEWHERE.format(system=sys.platform)
    return "" if find() else ABSENT


def stopping_harms() -> bool:
    """Whether output would be lost if the program were stopped in the middle of writing it.

    A stopped write into a full pipe ends early, and CPython's text streams without a buffer
    do not write the rest.
    """
    unbuffered = any("u" in each for each in _short_options())
    if not (unbuffered or os.environ.get("PYTHONUNBUFFERED")):
        return False
    for number in (1, 2):
        with contextlib.suppress(OSError):
            mode = os.fstat(number).st_mode
            if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
                return True
    return False


def _short_options() -> list[str]:
    return [each for each in own_options(sys.orig_argv) if each[1] not in "XW"]


class Sampler:
    """Two py-spies at one program; `attach` first, `finish` when the program has ended."""

    def __init__(self, folder: Path, rate_hz: float, *, stopping: bool = True) -> None:
        """Without `stopping` the program is read while it runs on: Python functions alone."""
        spy = find()
        share = _CLOSE_SHARE if rate_hz > _CLOSE_HZ else _STOPPED_SHARE
        stopped_hz = max(min(rate_hz, _LEAST_RATE_HZ), share * rate_hz)
        self._often = SpyProcess(spy, folder / "python", rate_hz, stopping=False)
        self._seldom = SpyProcess(spy, folder / "compiled", stopped_hz, stopping=True)
        self.stopped_hz = stopped_hz
        """Samples per second for which the program is stopped."""
        self._stopping = stopping
        self.rate_hz = rate_hz
        """Samples per second of Python functions."""
        self.compiled = stopping
        self.missing = ""
        """Why compiled code, or anything at all, is not seen; empty where it is."""

    def attach(self, pid: int) -> bool:
        """Begin to watch that process; False where the system refuses."""
        self._often.begin(pid)
        if self._stopping:
            self._seldom.begin(pid)
        often = self._often.is_ready()
        self.compiled = self._stopping and self._seldom.is_ready()
        if not often:
            self.rate_hz = self.stopped_hz
        if not often and not self.compiled:
            self.missing = REFUSED.format(said=self._often.said or self._seldom.said)
        elif not self.compiled:
            said = NO_COMPILED.format(said=self._seldom.said)
            self.missing = said if self._stopping else HARMFUL
        return often or self.compiled

    def finish(self) -> tuple[str, str]:
        """What was written when all is done: Python functions, and compiled code with them."""
        return self._often.finish(), self._seldom.finish()

    @property
    def lost_share(self) -> float:
        """Of the samples for which the program is not stopped, those that came to nothing."""
        return self._often.lost_share
