"""Runs inside a watched program before its first line: lets a probe in and leaves no trace.

The interpreter imports a module of this name by itself, before it looks at what it is to run.
So the program is started by the interpreter, not by us: `__main__`, `sys.argv`, `sys.path`,
tracebacks, exit codes and what multiprocessing hands to its children are the interpreter's own
doing. The folder of this file and all that was imported here are taken away again, or a
neighbour of the program's such as `json.py` would not be found any more. That goes for modules
of ours, too, which a probe imports by their full names.

The variable has its fields between unit separators (ASCII 31): this folder; `1` where
PYTHONPATH was set, and what it was; the number of a socket that the parent answers on when the
program may begin (`-`: it is watched from outside), or -1; and three for each probe: `1` where
it only stands in for a watcher outside; its file, which has a function `start(settings)`; the
settings, with `%1f` for such a separator and `%25` for `%`.
"""

import _signal  # type: ignore[import-not-found]  # is there already, as the next two are
import os
import sys

_VARIABLE = "PROFILER_SUITE_BOOT"


def _remove_traces(folder: str, was_set: bool, before: str) -> None:
    if was_set:
        os.environ["PYTHONPATH"] = before
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [each for each in sys.path if each != folder]
    sys.path_importer_cache.pop(folder, None)


def _wait_at(gate: int) -> bytes:
    """Say that the program is there, and wait until it may begin; the parent's answer."""
    if gate < 0:
        return b""
    # Raised in here, KeyboardInterrupt would be a fatal error of the interpreter.
    before = _signal.getsignal(_signal.SIGINT)
    if before is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    try:
        os.write(gate, b"+")
        return os.read(gate, 1)
    except OSError:  # the parent has gone
        return b""
    finally:
        os.close(gate)
        if before is _signal.default_int_handler:
            _signal.signal(_signal.SIGINT, before)


def _start(probe: str, settings: str) -> None:
    """Run the probe's file under a name that no program has, and enter it."""
    module = type(sys)("_profiler_suite_probe")
    module.__file__ = probe
    with open(probe, encoding="utf-8") as file:  # noqa: PTH123 - nothing is imported here
        source = file.read()
    exec(compile(source, probe, "exec"), module.__dict__)
    module.start(settings)


def _stand_in_package(folder: str) -> None:
    """Our package without its own code, so that a probe finds modules in it by their names."""
    package = type(sys)("profiler_suite")
    for _ in ("boot", "program", "measure"):
        folder = os.path.dirname(folder)  # noqa: PTH120 - nothing is imported here
    package.__path__ = [folder]
    sys.modules.setdefault(package.__name__, package)


def _enter(told: str) -> None:
    folder, was_set, before, gate, *probes = told.split("\x1f")
    _remove_traces(folder, bool(was_set), before)
    watched = _wait_at(int(gate)) == b"-"
    imported, looked_into = set(sys.modules), set(sys.path_importer_cache)
    _stand_in_package(folder)
    try:
        while probes:
            stand_in, file, settings, *probes = probes
            if not (stand_in and watched):
                _start(file, settings.replace("%1f", "\x1f").replace("%25", "%"))
    finally:
        for name in set(sys.modules) - imported:
            del sys.modules[name]
        for place in set(sys.path_importer_cache) - looked_into:
            del sys.path_importer_cache[place]


if _VARIABLE in os.environ:
    _enter(os.environ.pop(_VARIABLE))
    # The environment's own module of this name, if it has one.
    sys.modules.pop("sitecustomize", None)
    # Another than this one, as the path has changed; without any, `site` expects this error.
    __import__("sitecustomize")
