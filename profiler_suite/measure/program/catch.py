"""In the program's own process: catches calls of chosen functions as they begin.

Of the calls of one function some are kept, chosen at random among all of them: at such a
call the process is forked, and the copy, with the arguments as they are at that moment and
the program's modules around them, waits until somebody wants to explain it. Nothing is
copied in the program itself. Standard library only: the program finds nothing of ours.
"""

import _signal  # type: ignore[import-not-found]
import _socket  # the modules of Python themselves bring in ten others
import _thread
import atexit
import contextlib
import json
import os
import sys
from collections.abc import Iterator
from time import perf_counter
from types import CodeType, FrameType
from typing import Any

try:
    import resource
except ImportError:  # Windows, where nothing can be caught
    resource = None  # type: ignore[assignment]

# Copies that wait, of the calls of one function.
_KEPT = 4
# Costs that the median is taken of, and page faults, of which a few say nothing.
_COSTS, _ENOUGH = 500, 5
# What a copy needs of others, besides Python's own.
_OURS = ("profiler_suite", "msgspec", "threadpoolctl")
_FIRST_LOOK_S = 0.02
# Of a program that has filled its stack: a hook sees nothing then, and says nothing.
_NO_ROOM = (RecursionError, MemoryError)
# Calls after which nobody looks any more: each costs the program some microseconds.
_MOST_CALLS = 100_000
# Where all calls of Python functions cost something (3.11), those of all functions together.
_MOST_EVENTS = 20_000_000
# What the program may do to these is its own affair: ours are as they were at its beginning.
_fork: Any = getattr(os, "fork", None)
_exit, _getpid, _waitpid = os._exit, os.getpid, os.waitpid
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
        self.faults: list[int] = []
        """Page faults of calls of which no copy was made: a copy causes some of its own."""
        self.grown = 0
        """By how much the peak of the program's memory grew in its calls, bytes."""
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

    __slots__ = ("begun", "call", "faults", "frame", "peak")

    def __init__(self, frame: int, call: int) -> None:
        self.frame = frame
        self.call = call
        """Its number where a copy of it waits, else 0."""
        self.faults, self.peak = _usage()
        self.begun = perf_counter()


class ByName:
    """What is caught where functions were asked for by name: those, and no others."""

    most_calls, most_events = _MOST_CALLS, _MOST_EVENTS

    def wish_for(self, code: CodeType, file: str) -> Wish | None:
        """A wish for code that nobody asked for."""
        return None

    def may_keep(self, wish: Wish) -> bool:
        """Whether another call of it may be kept now."""
        return True

    def forked(self, seconds: float) -> None:
        """A copy was made, which took so long."""

    def lets_go(self, wish: Wish, took: float) -> bool:
        """Whether a call that was kept and took so long is of no use after all."""
        return False


class Catcher:
    """The hook on all the wishes; `start` sets it, `finish` says what was seen."""

    def __init__(self, asked: dict[str, Any], choice: Any = None) -> None:
        """`choice` has the methods of ByName."""
        self.choice: Any = choice or ByName()
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
        try:
            self._begun_in = os.getcwd()  # noqa: PTH109 - pathlib is not there yet
        except OSError:  # the folder is gone
            self._begun_in = os.sep
        self._of = _getpid()
        self._hooks: Any = None

    def start(self) -> None:
        """Begin to look at calls, in this thread and in those that it starts."""
        self._hooks = _Monitoring(self) if hasattr(sys, "monitoring") else _Tracing(self)
        self._hooks.start()

    def finish(self) -> None:
        """Say what was seen of each function; the program has ended."""
        if _getpid() != self._of:
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
            file = self._files[name]
            found = [w for w in self._wishes if w.is_of(code, frame, file)]
            more = None if found else self.choice.wish_for(code, file)
            if more is not None:
                self._wishes.append(more)
                found = [more]
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
        if wish.calls > self.choice.most_calls:
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
        self._note(wish.costs, took, wish.calls)
        faults, peak = _usage()
        wish.grown += peak - outer.peak
        if not outer.call:
            self._note(wish.faults, faults - outer.faults, wish.calls)
            return
        self._tell("cost", wish, call=outer.call, seconds=took)
        if outer.call in wish.kept and self.choice.lets_go(wish, took):
            wish.kept.remove(outer.call)
            self._tell("dropped", wish, call=outer.call)

    def _note(self, known: list[Any], value: float, calls: int) -> None:
        """One of a few hundred values that stand for all: each is as likely as any other."""
        if len(known) < _COSTS:
            known.append(value)
            return
        at = self._draw(calls)
        if at < _COSTS:
            known[at] = value

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
        if not self.choice.may_keep(wish):
            return False
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
        begun = perf_counter()
        try:
            talk = self._connected({"kind": "holder", "call": call, **self._of_wish(wish)})
        except OSError:  # nobody waits for it any more
            return
        with _unheard_children():
            self._copied(talk, frame)
        self.choice.forked(perf_counter() - begun)

    def _copied(self, talk: _socket.socket, frame: FrameType) -> None:
        """The copy; the process between, whose child it is, is gone at once."""
        filters = sys.modules.get("warnings")
        with filters.catch_warnings() if filters else contextlib.nullcontext():
            if filters:
                filters.simplefilter("ignore")  # of a fork beside other threads
            try:
                between = _fork()
            except OSError:  # no more processes, no more memory: this call is not kept
                talk.close()
                return
        if between:
            talk.close()
            with contextlib.suppress(OSError):
                _waitpid(between, 0)
            return
        try:
            if _fork():
                _exit(0)
            self._wait(talk, frame)
        finally:
            _exit(70)

    def _wait(self, talk: _socket.socket, frame: FrameType) -> None:
        """In the copy: leave the hook as if it had never been, and wait for orders."""
        # Most are let go as soon as their call has ended.
        talk.settimeout(_FIRST_LOOK_S)
        with contextlib.suppress(TimeoutError):
            if not talk.recv(1, _socket.MSG_PEEK):
                _exit(0)
        talk.settimeout(None)
        self._hooks.stop()
        _leave_tracing()
        before = list(sys.path)
        # A neighbour of the program's may have the name of a module that we need.
        sys.path[:] = [*before[1:], *before[:1], self._package]
        _forget_neighbours(before[:1])
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

    def _of_wish(self, wish: Wish) -> dict[str, Any]:
        named = {"wish": wish.number, "file": wish.file, "qualname": wish.qualname}
        return {**named, "program": _getpid()}

    def _tell(self, kind: str, wish: Wish, **more: Any) -> None:
        said = {
            "kind": kind,
            "calls": wish.calls,
            "total_s": wish.total_s,
            "median_s": _median(wish.costs),
            "faults": _median(wish.faults) if len(wish.faults) >= _ENOUGH else -1,
            "grown": wish.grown,
            **self._of_wish(wish),
            **more,
        }
        with contextlib.suppress(OSError):
            self._connected(said).close()


def _median(values: list[Any]) -> Any:
    return sorted(values)[len(values) // 2] if values else 0.0


def _usage() -> tuple[int, int]:
    """Page faults of this process so far, and its memory at its highest, bytes."""
    if resource is None:
        return 0, 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    if sys.platform != "linux":
        return used.ru_minflt, used.ru_maxrss
    # Without a page fault in between it is as high as before, and need not be read.
    if _last_peak[0] != used.ru_minflt:
        _last_peak[:] = used.ru_minflt, _peak_bytes()
    return used.ru_minflt, _last_peak[1]


_last_peak = [-1, 0]


def _peak_bytes() -> int:
    """Of this program; what getrusage has is as high as the process that has started it was."""
    with (
        contextlib.suppress(OSError, ValueError),
        open(  # noqa: PTH123 - no pathlib here
            "/proc/self/status", "rb"
        ) as file,
    ):
        for line in file:
            if line.startswith(b"VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


@contextlib.contextmanager
def _unheard_children() -> Iterator[None]:
    """While it is entered, the program hears nothing of a child of ours that ends.

    If one of its own ends meanwhile, it hears of that afterwards.
    """
    number = _signal.SIGCHLD
    handler = _signal.getsignal(number)
    if not callable(handler):
        yield
        return
    try:
        _signal.signal(number, _signal.SIG_DFL)
    except ValueError:  # not the main thread, which alone may
        yield
        return
    try:
        yield
    finally:
        _signal.signal(number, handler)
        with contextlib.suppress(OSError, AttributeError):
            if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                os.kill(_getpid(), number)


def _forget_neighbours(folders: list[str]) -> None:
    """In the copy: modules of the program's that have names of ours, or of Python's own.

    Its functions go on with those that they have; what we import is what we mean.
    """
    here = {os.path.realpath(each) for each in folders}
    for name, module in list(sys.modules.items()):
        root = name.partition(".")[0]
        if name == "__main__" or root not in (*_OURS, *sys.stdlib_module_names):
            continue
        file = os.path.realpath(getattr(module, "__file__", "") or "")
        parts = [os.path.dirname(file), os.path.dirname(os.path.dirname(file))]  # noqa: PTH120
        if here.intersection(parts):
            del sys.modules[name]


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


class _Tracing:
    """The hook on Python 3.11: one call of it for each call of a Python function."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._left: int = catcher.choice.most_events

    def start(self) -> None:
        sys.settrace(self._call)

    def stop(self) -> None:
        threads = sys.modules.get("threading")
        if threads is not None:
            threads.settrace(None)
        sys.settrace(None)

    def _call(self, frame: FrameType, event: str, argument: object) -> Any:
        try:
            self._left -= 1
            if self._left < 0:
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
            return None
        return self._inside_module


def start(settings: str) -> None:
    """Set the hook: called in the program before its first line."""
    catcher = Catcher(json.loads(settings))
    atexit.register(catcher.finish)
    catcher.start()
