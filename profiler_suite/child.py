"""Starts a Python child process that runs a module of this very package, and ends it.

The child must import the same files as its parent, also from a checkout that
is not installed, and nothing from the folder it happens to be started in. It ends
when its parent does, however that ends, and when memory runs out the system takes
the child first.
"""

import contextlib
import errno
import importlib.machinery
import importlib.util
import os
import runpy
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any, BinaryIO

from profiler_suite.errors import ChildError, ProfilerSuiteError

# What another Python borrows where it has none of its own: it need only have NumPy.
LENT = ("msgspec", "threadpoolctl")
_BOOT = (
    "import sys; folder = sys.argv.pop(1); sys.path.insert(0, folder);"
    "from profiler_suite import child; sys.path.remove(folder);"
    "child.lend(sys.argv.pop(1)); child.run(int(sys.argv.pop(1)), sys.argv.pop(1))"
)
# linux/prctl.h
PR_SET_PDEATHSIG = 1
# The first to go, before anything else that runs on the machine.
_OOM_SCORE = "1000"
_LOOK_EVERY_S = 1.0
_PATIENCE_S = 2.0
# The first that counts: of the whole system, of a container alone.
_MEMORY_KILLS = (Path("/proc/vmstat"), Path("/sys/fs/cgroup/memory.events"))
_memory_kills_before: "weakref.WeakKeyDictionary[subprocess.Popen[bytes], int]" = (
    weakref.WeakKeyDictionary()
)


def command(module: str, *arguments: str, python: str = "") -> list[str]:
    """The command line that runs `module` (dotted, inside this package) in a new process.

    `python` is another interpreter to run it; it is lent what the suite's timing needs.
    """
    folder = str(Path(__file__).resolve().parents[1])
    lent = os.pathsep.join(_folders_of_lent()) if python else ""
    boot = [python or sys.executable, "-P", "-c", _BOOT, folder, lent]
    return [*boot, str(os.getpid()), module, *arguments]


def start(
    module: str, *arguments: str, python: str = "", **options: Any
) -> subprocess.Popen[bytes]:
    """Start `module` as a child with pipes for its standard input and output.

    It has a session of its own: Ctrl-C and a closed terminal reach the parent alone,
    which ends its children. On Linux it ends with the thread that calls this.
    """
    try:
        process = subprocess.Popen(
            command(module, *arguments, python=python),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **options,
        )
    except OSError as error:
        raise ChildError(
            f"no process can be started: {error.strerror or error}; {_remedy(error)}"
        ) from error
    _memory_kills_before[process] = memory_kills()
    return process


def _remedy(error: OSError) -> str:
    if error.errno == errno.EAGAIN:
        return "raise the limit on processes (ulimit -u), then give the same command again"
    if error.errno == errno.ENOMEM:
        return "give the same command again when more memory is free"
    return f"check that {error.filename or sys.executable} can be run"


def _folders_of_lent() -> list[str]:
    found = [importlib.util.find_spec(name) for name in LENT]
    places = [Path(spec.origin) for spec in found if spec and spec.origin]
    return sorted({str(p.parents[1] if p.name == "__init__.py" else p.parent) for p in places})


def lend(folders: str) -> None:
    """In the child: let what it lacks of LENT be imported from there, and nothing else."""
    if folders:
        sys.meta_path.append(_Lender(folders.split(os.pathsep)))


class _Lender:
    """The last to be asked for a module: what the environment has itself comes first."""

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module's place, if it is one of those that are lent."""
        if path is None and name in LENT:
            return importlib.machinery.PathFinder.find_spec(name, self._folders)
        return None


def end(process: subprocess.Popen[bytes]) -> int:
    """End a child with all it has started, and wait for it; returns how it ended."""
    if process.returncode is None:
        with contextlib.suppress(OSError):
            _kill(process)
    return process.wait()


def close(process: subprocess.Popen[bytes]) -> None:
    """End a child and close the pipes to it."""
    end(process)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what nobody reads any more
                pipe.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        # Its number is still its own: it has just been waited for, if at all.
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """How a child ended that says nothing more, in words; it is ended if it has not."""
    try:
        code = process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        end(process)
        return "its process closed its pipe"
    with contextlib.suppress(OSError):
        _kill(process)  # what it has started and left behind
    if code >= 0:
        return f"its process exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return f"its process was killed by signal {-code}"
    return (
        f"its process was killed by {name}{_why(name, _memory_kills_before.get(process, -1))}"
    )


def _why(signal_name: str, memory_kills_before: int) -> str:
    """What is known of the reason; empty when nothing is."""
    limit_s = _cpu_limit_s()
    if signal_name in ("SIGXCPU", "SIGKILL") and limit_s:
        return f"; processes here may use {limit_s} s of CPU time each (ulimit -t)"
    if signal_name == "SIGXCPU":
        return "; it is sent where a limit of CPU time is used up (RLIMIT_CPU)"
    if signal_name == "SIGKILL" and memory_kills() > memory_kills_before >= 0:
        return "; meanwhile the system ended a process for lack of memory"
    return ""


def memory_kills() -> int:
    """Processes that this system has ended for lack of memory so far; -1 where not counted."""
    for file in _MEMORY_KILLS:
        with contextlib.suppress(OSError, ValueError):
            for line in file.read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return -1


def _cpu_limit_s() -> int:
    """CPU time that a process may use, s; 0 for no limit."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
    return 0 if soft == resource.RLIM_INFINITY else soft


def run(parent: int, module: str) -> None:
    """In the child: run a module for that parent; its last words are one sentence."""
    end_with(parent)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except ProfilerSuiteError as error:
        sys.exit(f"error: {error}")
    except (BrokenPipeError, KeyboardInterrupt):
        # The parent has gone or no longer listens: an answer would reach no one.
        os._exit(1)


def heard(pipe: BinaryIO) -> Iterator[bytes]:
    """In the child: the lines that its parent says, whole ones alone.

    BrokenPipeError where it stopped in the middle of one, or before the first: it was
    interrupted, and nobody waits for an answer.
    """
    line = b""
    for line in pipe:
        if line.endswith(b"\n"):
            yield line
    if not line.endswith(b"\n"):
        raise BrokenPipeError


def end_with(parent: int) -> None:
    """In the child: end when the parent ends, and be the first to go when memory runs out."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
        if not _lives(parent):  # it ended before it could be told to the system
            os._exit(1)
    elif os.name == "posix":
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: int) -> None:
    while _lives(parent):
        sleep(_LOOK_EVERY_S)
    os._exit(1)


def _lives(parent: int) -> bool:
    if os.getppid() == parent:
        return True
    try:
        os.kill(parent, 0)  # a launcher may stand between the two
    except OSError:
        return False
    return os.getppid() != 1
