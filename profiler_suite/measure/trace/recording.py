"""Which trace is under way, whether calls count now, and where this thread's time goes."""

import threading
from typing import Protocol

from profiler_suite.measure.trace.recorder import Recorder

# A call of compiled code can lead to Python code that calls more of it; that is
# part of the call and not counted again. Each thread has its own depth.
_state = threading.local()

_recorder: Recorder | None = None


class Gauge(Protocol):
    """Told what the calling thread does: inside which kind of call its time goes."""

    def enter(self, where: str) -> None:
        """From now on it is there."""

    def leave(self) -> None:
        """It is back where it was before."""


COUNTED, OWN, OUTSIDE = "counted", "own", "outside"
"""Where time goes: in counted compiled code, in the trace itself, in all other code.

Any other name is that of compiled code that was seen and has no count."""

_gauge: Gauge | None = None


def _depth() -> int:
    depth: int = getattr(_state, "depth", 0)
    return depth


def active() -> Recorder | None:
    """The recorder when this thread's calls are to be counted now."""
    if _recorder is None or _depth():
        return None
    return _recorder


def noting(name: str) -> Recorder | None:
    """The recorder when this call of an operation is to be recorded by it."""
    recorder = active()
    return recorder if recorder is not None and recorder.notes(name) else None


def running() -> Recorder | None:
    """The recorder of the trace under way, whether this thread's calls count now or not."""
    return _recorder


def begin(recorder: Recorder, gauge: Gauge | None = None) -> bool:
    """Make this the recorder; False when another trace is under way."""
    global _gauge, _recorder
    if _recorder is not None:
        return False
    _recorder = recorder
    _gauge = gauge
    return True


def end() -> None:
    """Stop recording."""
    global _gauge, _recorder
    _recorder = None
    _gauge = None


class _GaugedContext:
    """A context that the gauge is informed of."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        if _gauge is not None:
            _gauge.enter(self._where)

    def __exit__(self, *_: object) -> None:
        if _gauge is not None:
            _gauge.leave()


class Pause(_GaugedContext):
    """Within it, this thread's calls are not counted."""

    def __enter__(self) -> None:
        _state.depth = _depth() + 1
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        _state.depth -= 1


PAUSE = Pause(OWN)
CODE = _GaugedContext(OUTSIDE)
"""Around the traced function."""
CALL = _GaugedContext(COUNTED)
"""Around the compiled code itself of a call that is counted."""


def uncounted_call(name: str) -> _GaugedContext:
    """Around compiled code without a count."""
    return _GaugedContext(name)


class Resume(_GaugedContext):
    """Within it, this thread's calls count again: compiled code has called Python code."""

    def __enter__(self) -> None:
        super().__enter__()
        _outer().append(_depth())
        _state.depth = 0

    def __exit__(self, *_: object) -> None:
        _state.depth = _outer().pop()
        super().__exit__()


def _outer() -> list[int]:
    if not hasattr(_state, "outer"):
        _state.outer = []
    outer: list[int] = _state.outer
    return outer


RESUME = Resume(OUTSIDE)
