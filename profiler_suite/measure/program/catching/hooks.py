"""The interpreter's events at which calls begin and end, handed to the catcher."""

import atexit
import sys
from types import CodeType, FrameType
from typing import Any

from profiler_suite.measure.program.catching.catcher import Catcher
from profiler_suite.measure.program.catching.wish import Wish

# Events between one look at the clock and the next.
_LOOK = 1024
# Of a program that has filled its stack: a hook sees nothing then, and says nothing.
_NO_ROOM = (RecursionError, MemoryError)
_GENERATOR = 0x20  # inspect.CO_GENERATOR


def begin(catcher: Catcher) -> None:
    """Look at calls from now on, in this thread and in those that it starts."""
    hook = MonitoringHook(catcher) if hasattr(sys, "monitoring") else TraceHook(catcher)
    catcher.stopped_by(hook.stop)
    atexit.register(catcher.finish)
    hook.start()


class MonitoringHook:
    """The hook from Python 3.12 on: code that nobody asked for costs one call of it in all."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._tool = -1

    def start(self) -> None:
        """Begin to look at calls, in all threads."""
        own: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        for number in (4, 3, 5, 1):
            if own.get_tool(number) is None:
                self._tool = number
                break
        if self._tool < 0:
            return
        own.use_tool_id(self._tool, "profiler_suite")
        events = own.events
        own.register_callback(self._tool, events.PY_START, self._starts)
        for event in (events.PY_RETURN, events.PY_YIELD):
            own.register_callback(self._tool, event, self._returns)
        own.register_callback(self._tool, events.LINE, self._line)
        own.set_events(self._tool, events.PY_START)

    def stop(self) -> None:
        """Leave the interpreter as if it had never been."""
        own: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
        if self._tool < 0 or own.get_tool(self._tool) != "profiler_suite":
            return
        events = own.events
        own.set_events(self._tool, 0)
        for code in self._catcher.codes:
            if self._catcher.found[id(code)]:
                own.set_local_events(self._tool, code, 0)
        for event in (events.PY_START, events.PY_RETURN, events.PY_YIELD, events.LINE):
            own.register_callback(self._tool, event, None)
        own.free_tool_id(self._tool)
        self._tool = -1

    def _starts(self, code: CodeType, offset: int) -> Any:
        try:
            own: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
            frame = sys._getframe(1)
            wishes = self._catcher.found.get(id(code))
            if wishes is None:
                wishes = self._catcher.wishes_of(code, frame)
                if wishes:
                    events = own.events
                    of_lines = events.LINE if wishes[0].first else 0
                    local = of_lines or events.PY_RETURN | events.PY_YIELD
                    own.set_local_events(self._tool, code, local)
            if not wishes or wishes[0].over:
                return own.DISABLE
            if not wishes[0].first:
                self._catcher.begins(wishes[0], frame)
            return None
        except _NO_ROOM:
            return None

    def _returns(self, code: CodeType, offset: int, value: object) -> Any:
        try:
            wishes = self._catcher.found.get(id(code))
            if not wishes or wishes[0].over:
                return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
            self._catcher.ends(wishes[0], sys._getframe(1))
            return None
        except _NO_ROOM:
            return None

    def _line(self, code: CodeType, line: int) -> Any:
        try:
            self._catcher.line(self._catcher.found.get(id(code), []), sys._getframe(1))
            # Each line once: the second iteration of a loop is no beginning.
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
        except _NO_ROOM:
            return None


class TraceHook:
    """The hook on Python 3.11: one call of it for each call of a Python function."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._left: int = catcher.choice.most_events

    def start(self) -> None:
        """Begin to look at calls, in this thread and in those that it starts."""
        sys.settrace(self._call)

    def stop(self) -> None:
        """Look no more, in this thread and in those that will be started."""
        threads = sys.modules.get("threading")
        if threads is not None:
            threads.settrace(None)
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        try:
            self._left -= 1
            if not self._left % _LOOK and self._catcher.is_enough():
                self._left = -1  # other threads stop at their next event
            if self._left < 0:
                self._catcher.looks_no_more()
                self.stop()
                return None
            catcher = self._catcher
            code = frame.f_code
            wishes = catcher.found.get(id(code))
            if wishes is None:
                wishes = catcher.wishes_of(code, frame)
                if code.co_name == "start" and frame.f_globals.get("__name__") == "threading":
                    frame.f_globals["settrace"](self._call)  # for the thread that is to start
            if not wishes or event != "call":
                return None
            wish = wishes[0]
            if wish.first:
                return None if all(each.over for each in wishes) else self._inside_module
            if wish.over:
                return None
            # A generator starts always at the same instruction, and goes on at others.
            if code.co_flags & _GENERATOR and (
                catcher.firsts.setdefault(id(code), frame.f_lasti) != frame.f_lasti
            ):
                return None
            if not catcher.begins(wish, frame):
                self._stop_if_done(wish)
                return None
            frame.f_trace_lines = False
            return self._inside
        except _NO_ROOM:
            return None

    def _inside(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "return":
            for wish in self._catcher.found.get(id(frame.f_code), ()):
                self._catcher.ends(wish, frame)
        return self._inside

    def _inside_module(self, frame: FrameType, event: str, argument: object) -> Any:
        self._left -= 1
        wishes = self._catcher.found.get(id(frame.f_code), [])
        if self._left < 0:
            frame.f_trace_lines = False
            return None
        if event == "line" and not self._catcher.line(wishes, frame):
            frame.f_trace_lines = False
            self._stop_if_done(wishes[0])
            return None
        return self._inside_module

    def _stop_if_done(self, wish: Wish) -> None:
        """While anything is looked at, every instruction of the program takes longer."""
        if wish.over and self._catcher.is_done():
            self.stop()
