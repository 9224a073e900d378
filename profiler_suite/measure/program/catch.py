"""In the program's own process: catches calls of chosen functions as they begin.

Of the calls of one function some are kept, chosen at random among all of them: at such a
call the process is forked, and the copy, with the arguments as they are at that moment and
the program's modules around them, waits until somebody wants to explain it. Nothing is
copied in the program itself. Standard library only: the program finds nothing of ours.
"""

import _socket  # the module of Python itself brings in ten others
import _thread
import atexit
import contextlib
import json
import os
import sys
from time import perf_counter
from types import CodeType, FrameType
from typing import Any

# Copies that wait, of the calls of one function.
_KEPT = 4
# Costs that the median is taken of.
_COSTS = 500
# Calls after which nobody looks any more: each costs the program about a microsecond.
_MOST_CALLS = 100_000
_GENERATOR = 0x20  # inspect.CO_GENERATOR
_MODULE = "<module>"


class Wish:
    """One function, or some lines of a module, whose calls are wanted."""

    def __init__(self, number: int, asked: dict[str, Any]) -> None:
        self.number = number
        self.file = os.path.realpath(asked["file"]) if asked.get("file") else ""
        self.module = str(asked.get("module", ""))
        self.qualname = str(asked.get("qualname", ""))
        self.line = int(asked.get("line", 0))
        self.first, self.last = int(asked.get("first", 0)), int(asked.get("last", 0))
        self.calls = 0
        self.kept: list[int] = []
        self.costs: list[float] = []
        self.total_s = 0.0
        self.over = False
        """Whether enough of its calls have been seen."""
        self.open: dict[int, OpenCall] = {}

    def is_of(self, code: CodeType, frame: FrameType, file: str) -> bool:
        """Whether that is the code whose calls are wanted."""
        if self.file:
            if self.file != file:
                return False
        elif not self._is_in_module(frame, file):
            return False
        if self.first:
            return code.co_name == _MODULE
        if self.line and self.line != code.co_firstlineno:
            return False
        return code.co_qualname.replace(".<locals>", "") == self.qualname

    def _is_in_module(self, frame: FrameType, file: str) -> bool:
        """By its name; the program's main module has that of its file, or of `-m`."""
        spec = frame.f_globals.get("__spec__")
        if self.module in (frame.f_globals.get("__name__"), getattr(spec, "name", None)):
            return True
        return file.endswith(os.sep + self.module.replace(".", os.sep) + ".py")


class OpenCall:
    """A call that has not ended yet."""

    __slots__ = ("begun", "call", "frame")

    def __init__(self, frame: int, call: int) -> None:
        self.frame = frame
        self.call = call
        """Its number where a copy of it waits, else 0."""
        self.begun = perf_counter()


class Catcher:
    """The hook on all the wishes; `start` sets it, `finish` says what was seen."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._wishes = [Wish(number, each) for number, each in enumerate(asked["wishes"])]
        self._socket = str(asked["socket"])
        self._package = str(asked["package"])
        self._limit_bytes = int(asked.get("limit_bytes", 0))
        self._drawn = 1
        self._files: dict[str, str] = {}
        # By identity: a code's hash is computed anew each time. Held, so that it stays its own.
        self.found: dict[int, list[Wish]] = {}
        self.firsts: dict[int, int] = {}
        self.codes: list[CodeType] = []
        self._begun_in = os.getcwd()  # noqa: PTH109 - pathlib is not there yet
        self._of = os.getpid()
        self._hooks: Any = None

    def start(self) -> None:
        """Begin to look at calls, in this thread and in those that it starts."""
        self._hooks = _Monitoring(self) if hasattr(sys, "monitoring") else _Tracing(self)
        self._hooks.start()

    def finish(self) -> None:
        """Say what was seen of each function; the program has ended."""
        if os.getpid() != self._of:
            return
        if self._hooks is not None:
            self._hooks.stop()
        for wish in self._wishes:
            self._tell("seen", wish)

    # -------------------------------------------------------------- which code

    def wishes_of(self, code: CodeType, frame: FrameType) -> "list[Wish]":
        """Whose calls this code's are: several for a module, none for most."""
        found: list[Wish] = []
        name = code.co_filename
        if not name.startswith("<frozen"):
            if name not in self._files:
                whole = os.path.join(self._begun_in, name)  # noqa: PTH118
                self._files[name] = os.path.realpath(whole)
            found = [w for w in self._wishes if w.is_of(code, frame, self._files[name])]
        self.codes.append(code)
        self.found[id(code)] = found
        return found

    # --------------------------------------------------------------- its calls

    def begins(self, wish: Wish, frame: FrameType) -> bool:
        """A call begins; says whether its end is of interest."""
        thread = _thread.get_ident()
        outer = wish.open.get(thread)
        if outer is not None and _is_below(outer.frame, frame):
            return False  # of a recursion the outermost call is the call
        wish.calls += 1
        if wish.calls > _MOST_CALLS:
            wish.over = True
            return False
        call = wish.calls if self._is_chosen(wish) else 0
        if call:
            self._keep(wish, frame, call)
        wish.open[thread] = OpenCall(id(frame), call)
        return True

    def ends(self, wish: Wish, frame: FrameType) -> None:
        """A call has returned, or a generator has given its first value."""
        thread = _thread.get_ident()
        outer = wish.open.get(thread)
        if outer is None or outer.frame != id(frame):
            return
        took = perf_counter() - outer.begun
        del wish.open[thread]
        wish.total_s += took
        if len(wish.costs) < _COSTS:
            wish.costs.append(took)
        else:
            at = self._draw(wish.calls)
            if at < _COSTS:
                wish.costs[at] = took
        if outer.call:
            self._tell("cost", wish, call=outer.call, seconds=took)

    def line(self, wishes: list[Wish], frame: FrameType) -> bool:
        """A line of a module begins; says whether others are still waited for."""
        for wish in wishes:
            if not wish.over and wish.first <= frame.f_lineno <= wish.last:
                wish.over = True
                wish.calls = 1
                self._keep(wish, frame, 1)
        return not all(wish.over for wish in wishes)

    def _draw(self, below: int) -> int:
        """A number under that one; the program's own random numbers stay what they are."""
        self._drawn = (self._drawn * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._drawn >> 33) % below

    def _is_chosen(self, wish: Wish) -> bool:
        """A random choice among all calls so far: each is as likely as any other."""
        if len(wish.kept) < _KEPT:
            wish.kept.append(wish.calls)
            return True
        at = self._draw(wish.calls)
        if at >= _KEPT or not self._has_room():
            return False
        self._tell("dropped", wish, call=wish.kept[at])
        wish.kept[at] = wish.calls
        return True

    def _has_room(self) -> bool:
        """Whether one more copy may grow as large as this process is."""
        own, free = _memory()
        return own < (self._limit_bytes or free / 2)

    # ------------------------------------------------------------- their copies

    def _keep(self, wish: Wish, frame: FrameType, call: int) -> None:
        """Fork a copy that waits; its parent is none of the program's processes."""
        hello = {"kind": "holder", "wish": wish.number, "call": call, "program": os.getpid()}
        try:
            talk = self._connected(hello)
        except OSError:  # nobody waits for it any more
            return
        filters = sys.modules.get("warnings")
        with filters.catch_warnings() if filters else contextlib.nullcontext():
            if filters:
                filters.simplefilter("ignore")  # of a fork beside other threads
            try:
                between = os.fork()
            except OSError:  # no more processes, no more memory: this call is not kept
                talk.close()
                return
        if between:
            talk.close()
            with contextlib.suppress(OSError):
                os.waitpid(between, 0)
            return
        try:
            if os.fork():
                os._exit(0)
            self._wait(talk, frame)
        finally:
            os._exit(70)

    def _wait(self, talk: _socket.socket, frame: FrameType) -> None:
        """In the copy: leave the hook as if it had never been, and wait for orders."""
        self._hooks.stop()
        _leave_tracing()
        before = list(sys.path)
        # A neighbour of the program's may have the name of a module that we need.
        sys.path[:] = [*before[1:], *before[:1], self._package]
        from profiler_suite.measure.program import holder

        sys.path[:] = before
        holder.hold(talk, self._socket, frame, self._package)

    def _connected(self, said: dict[str, Any]) -> _socket.socket:
        """A connection whose first line says what it is about."""
        talk = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            talk.connect(self._socket)
            talk.sendall(json.dumps(said).encode() + b"\n")
        except OSError:
            talk.close()
            raise
        return talk

    def _tell(self, kind: str, wish: Wish, **more: Any) -> None:
        costs = sorted(wish.costs)
        said = {
            "kind": kind,
            "wish": wish.number,
            "program": os.getpid(),
            "calls": wish.calls,
            "total_s": wish.total_s,
            "median_s": costs[len(costs) // 2] if costs else 0.0,
            **more,
        }
        with contextlib.suppress(OSError):
            self._connected(said).close()


def _is_below(outer: int, frame: FrameType) -> bool:
    """Whether the frame of that identity is among those that called this one."""
    at: FrameType | None = frame.f_back
    while at is not None:
        if id(at) == outer:
            return True
        at = at.f_back
    return False


def _memory() -> tuple[float, float]:
    """What this process holds, and what the system has free, bytes; nothing where unknown."""
    own = free = 0.0
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123 - pathlib may not be there yet
            own = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        with open("/proc/meminfo") as file:  # noqa: PTH123
            for line in file:
                if line.startswith("MemAvailable"):
                    free = int(line.split()[1]) * 1024.0
    except (OSError, ValueError, IndexError):
        return 0.0, 1.0
    return own, free


def _leave_tracing() -> None:
    """Let this thread be traced and monitored again, although a hook is being called.

    A hook's own lines cause no events, and neither would anything explained inside of it.
    """
    import ctypes

    api = ctypes.pythonapi
    api.PyThreadState_Get.restype = ctypes.c_void_p
    api.PyThreadState_LeaveTracing.argtypes = [ctypes.c_void_p]
    api.PyThreadState_LeaveTracing.restype = None
    api.PyThreadState_LeaveTracing(api.PyThreadState_Get())


class _Monitoring:
    """The hook from Python 3.12 on: code that nobody asked for costs one call of it in all."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._tool = -1

    def start(self) -> None:
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

    def _returns(self, code: CodeType, offset: int, value: object) -> Any:
        wishes = self._catcher.found.get(id(code))
        if not wishes or wishes[0].over:
            return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]
        self._catcher.ends(wishes[0], sys._getframe(1))
        return None

    def _line(self, code: CodeType, line: int) -> Any:
        self._catcher.line(self._catcher.found.get(id(code), []), sys._getframe(1))
        # Each line once: the second iteration of a loop is no beginning.
        return sys.monitoring.DISABLE  # type: ignore[attr-defined,unused-ignore]


class _Tracing:
    """The hook on Python 3.11: one call of it for each call of a Python function."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher

    def start(self) -> None:
        sys.settrace(self._call)

    def stop(self) -> None:
        threads = sys.modules.get("threading")
        if threads is not None:
            threads.settrace(None)
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
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
            return None
        frame.f_trace_lines = False
        return self._inside

    def _inside(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "return":
            for wish in self._catcher.found.get(id(frame.f_code), ()):
                self._catcher.ends(wish, frame)
        return self._inside

    def _inside_module(self, frame: FrameType, event: str, argument: object) -> Any:
        wishes = self._catcher.found.get(id(frame.f_code), [])
        if event == "line" and not self._catcher.line(wishes, frame):
            frame.f_trace_lines = False
            return None
        return self._inside_module


def start(settings: str) -> None:
    """Set the hook: called in the program before its first line."""
    catcher = Catcher(json.loads(settings))
    atexit.register(catcher.finish)
    catcher.start()
