"""What stands between a person's function and the suite in each pass over it.

A time limit on every call, an end for forked children that come back, and the state of the
process, put back after each pass or named.
"""

import errno
import os
import signal
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType, TracebackType

from profiler_suite import units
from profiler_suite.errors import FunctionError, ProfilerSuiteError, TimeUp
from profiler_suite.measure.explain.guarding import forks
from profiler_suite.measure.explain.guarding.process_state import (
    ProcessState,
    can_open_files,
    children,
    raise_file_limit,
)
from profiler_suite.measure.explain.guarding.time_limit import TimeLimit, later_limit_s
from profiler_suite.measure.explain.records import Stage
from profiler_suite.workloads import user_function

_OURS = str(Path(__file__).resolve().parents[3])
_STANDARD = sysconfig.get_path("stdlib")
LOADING, FIRST_CALL = "loading", "the first call"
_LEFT_OPEN = "it leaves files open until the system allows no more: close them"
PROCESSES = "it starts processes of its own: what they do is in its time, but not counted"


class FunctionGuard:
    """Entered for as long as a function may be called."""

    def __init__(
        self, name: str, timeout_s: float = 0.0, tell: Callable[[Stage], None] = lambda s: None
    ) -> None:
        """`timeout_s` 0 sets no limit, as where whoever waits can interrupt."""
        self._name = name
        self._timeout_s = timeout_s
        self._tell = tell
        self._limit = TimeLimit() if timeout_s else None
        self._forks = forks.ForkGuard()
        self._entered = ExitStack()
        self._later_s = timeout_s
        self._first_s = 0.0
        self.notes: list[str] = []
        """What it does to its process, in sentences."""

    def __enter__(self) -> "FunctionGuard":
        self._entered.enter_context(self._forks)
        if self._limit is not None:
            self._entered.enter_context(self._limit)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._entered.__exit__(kind, error, trace)
        if _no_file_left(error):
            raise self._out_of_files() from error

    def own_process(self) -> None:
        """This process is the function's alone: it may open what it likes, and set alarms."""
        raise_file_limit()
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, _rang)

    @contextmanager
    def one_call(self, text: str) -> Iterator[None]:
        """Loading, or one of the first calls: it has all the time that was given."""
        running, forked = children(), self._forks.forks
        self._tell(Stage(text=text, limit_s=self._timeout_s))
        self._begin(self._timeout_s)
        try:
            yield
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            self._stop_a_child(error)
            raise
        finally:
            self._lift()
            self._forks.check()
        if not can_open_files():
            raise self._out_of_files()
        # What comes now is our own work, however long it takes.
        self._tell(Stage(text="comparing its results" if self._first_s else text))
        if self._forks.came_back(forked):
            raise self._came_back()
        if text != LOADING and children() != running:
            self._note([PROCESSES])

    def _stop_a_child(self, error: BaseException) -> None:
        """For a fork it may have been stopped, or because of one it may have failed."""
        self._lift()
        self._forks.check()
        if self._forks.came_back():
            raise self._came_back() from error

    def returned(self, first_s: float) -> None:
        """Its first call has taken this long, by which later ones are judged."""
        self._first_s = first_s
        self._later_s = later_limit_s(first_s, self._timeout_s)

    @contextmanager
    def stage(self, text: str, expected_s: float = 0.0, left_s: float = 0.0) -> Iterator[None]:
        """One pass, during which a call, and all beyond the time expected, is limited.

        What it waits for a core on a machine that others use, too, does not count.

        What the function raises in it is a FunctionError that names the pass.
        """
        self._forks.late = text != FIRST_CALL
        limited = self._limit is not None and self._first_s
        limit_s = self._later_s + expected_s if limited else 0.0
        own = os.getpid() if limit_s else 0
        self._tell(Stage(text=text, limit_s=limit_s, left_s=left_s, process=own))
        state = ProcessState()
        self._begin(limit_s, without_waits=True)
        try:
            yield
        except (ProfilerSuiteError, KeyboardInterrupt, SystemExit) as error:
            if _no_file_left(error.__cause__):  # for pipes to a process of the suite's own
                raise self._out_of_files(text) from error
            raise
        except BaseException as error:
            self._stop_a_child(error)
            if not (isinstance(error, TimeUp) or user_function.is_of_user(error)):
                if _no_file_left(error):
                    raise self._out_of_files(text) from error
                raise
            told = user_function.failure(error, self._name)
            hint = f"; {_LEFT_OPEN}" if _no_file_left(error) else ""
            raise FunctionError(f"{told}\n  (while {text}{hint})") from error
        finally:
            self._lift()
            self._forks.check()
            self._note(state.restore())
        if self._forks.came_back():
            raise self._came_back()
        # A pass may do without what it could not open; the next ones could not even begin.
        if not can_open_files():
            raise self._out_of_files(text)

    def another_call(self) -> None:
        """Another call, or some short ones, begin within a pass."""
        if self._limit is not None:
            self._limit.again(self._later_s)

    def _came_back(self) -> FunctionError:
        return FunctionError(f"{self._name} cannot be explained: {forks.RETURNED}")

    def _out_of_files(self, text: str = "") -> FunctionError:
        when = f" (while {text})" if text else ""
        return FunctionError(
            f"{self._name} cannot be explained: {os.strerror(errno.EMFILE)}{when}; {_LEFT_OPEN}"
        )

    def _note(self, sentences: list[str]) -> None:
        self.notes += [each for each in sentences if each not in self.notes]

    def _begin(self, seconds: float, *, without_waits: bool = False) -> None:
        if self._limit is not None:
            compared = (
                f"; its first call took {units.time(self._first_s)}" if self._first_s else ""
            )
            self._limit.begin(
                seconds,
                f"no answer after {units.duration(seconds)}{compared} "
                "(--timeout SECONDS sets the longest wait)",
                without_waits=without_waits,
            )

    def _lift(self) -> None:
        if self._limit is not None:
            self._limit.lift()


def _no_file_left(error: BaseException | None) -> bool:
    return isinstance(error, OSError) and error.errno == errno.EMFILE


def _rang(number: int, frame: FrameType | None) -> None:
    """An alarm without a handler: on its own it would have ended the process."""
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((_OURS, _STANDARD, "<frozen")):
            raise FunctionError(
                "an alarm that it has set itself rang (SIGALRM), which ends a program without "
                "a handler for it"
            )
        frame = frame.f_back
