"""Why a function or a line takes its time, in plain words, and what to ask next."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from profiler_suite.analysis.program import module_places, states
from profiler_suite.analysis.program.moments import IMPORTS, UNSEEN, WAITING
from profiler_suite.analysis.program.ranking import MODULE, RankedFunction, Spent
from profiler_suite.measure.native import layers
from profiler_suite.measure.program import code_file
from profiler_suite.measure.program.request import ProgramTarget

_WAITS = {
    states.GIL: "waits for the interpreter lock: threads that run bytecode take turns",
    states.LOCK: "waits for a lock that another thread holds",
    states.SLEEP: "sleeps",
    states.EVENTS: "waits for events: sockets, pipes, timers",
    states.IO: "waits for input and output",
    states.CHILD: "waits for a child process",
    states.TEAM: "waits for other BLAS threads",
}
_INSTEAD_OF_WAITING = {
    states.GIL: "by processes instead of threads, or calls that let the lock go",
    states.LOCK: "by holding the lock for less time",
    states.EVENTS: "by other work during the wait",
    states.IO: "by other work during the wait, or by asking for more at once",
}
_REMEDIES = {
    "memory": "by using arrays again instead of making new ones",
    "copy": "by not copying what is there already",
}
# A kind of work explains a function from a third of its time on; below, nothing stands out.
_MUCH = 0.33


def cause(spent: Spent, called: str = "") -> str:
    """One plain phrase for where the time goes.

    Where compiled code was not seen, which a note says once, it is no more than the place.
    """
    if not spent.total_s:
        return "only calls other functions of yours"
    if spent.share(IMPORTS) > 0.5:
        return "imports modules"
    if spent.share(UNSEEN) > 0.5:
        return _through(called).removeprefix(", ") or "in its own lines"
    most, share = _largest(spent)
    if most == WAITING:
        return _WAITS.get(_waits_for(spent), "waits")
    percent = f"{100 * share:.0f} %"
    if most == "calls":
        library = _library(spent, called)
        if not library:
            return f"Python bytecode: {percent} is the interpreter{_through(called)}"
        return f"small calls of {library}: {percent} is per-call cost{_through(called)}"
    if most == "memory":
        return f"new arrays: {percent} is allocating memory for them{_through(called)}"
    if most == "copy":
        return f"copies: {percent} moves data without computing{_through(called)}"
    overhead = spent.avoidable_s / spent.total_s
    if overhead < _MUCH:
        return f"computes: {percent} is arithmetic{_through(called)}"
    return f"{percent} is arithmetic, the rest is overhead{_through(called)}"


def remedy(spent: Spent, called: str = "") -> str:
    """What helps against the largest part of it in general: 'by …'; empty where nothing."""
    if not spent.total_s or spent.share(IMPORTS, UNSEEN) > 0.5:
        return ""
    most, _ = _largest(spent)
    if most == WAITING:
        return _INSTEAD_OF_WAITING.get(_waits_for(spent), "")
    if most != "calls":
        return _REMEDIES.get(most, "")
    library = _library(spent, called)
    if library == _PANDAS:
        return "by whole columns instead of single rows"
    if library:
        return "by few calls for whole arrays instead of many small ones"
    return "by array operations instead of a loop in Python"


def _largest(spent: Spent) -> tuple[str, float]:
    """The kind of work that takes most, and its share of the time."""
    kinds = {
        "calls": spent.share("interpreter", "dispatch"),
        "memory": spent.share("memory"),
        "copy": spent.share("copy"),
        WAITING: spent.share(WAITING),
        "arithmetic": spent.share("arithmetic"),
    }
    return max(kinds.items(), key=lambda item: item[1])


def _waits_for(spent: Spent) -> str:
    return next((each for each in spent.states if each != states.RUNNING), "")


def _library(spent: Spent, called: str) -> str:
    """The library whose calls do little each; empty for bytecode of the function itself.

    What another than NumPy does below the one that is called, it does for that one.
    """
    libraries = {
        name: taken for name, taken in spent.layers.items() if name not in _OF_THE_INTERPRETER
    }
    library = max(libraries, key=lambda name: libraries[name], default="")
    if not library or libraries[library] < 0.2 * spent.total_s:
        return ""
    if library in (layers.NUMPY_COMPILED, layers.NUMPY_PYTHON):
        return "NumPy"
    package = called.partition(" ")[0]
    entered = layers.NAMES.get(package, package)
    return entered if entered in libraries else library


_PANDAS = "pandas"
_OF_THE_INTERPRETER = (layers.USER, layers.CPYTHON, layers.NOBODY)


def _through(called: str) -> str:
    plain = re.fullmatch(r"[\w. ]+", called)
    return f", most in {called}" if plain and not called.startswith("0x") else ""


def next_command(row: RankedFunction, target: ProgramTarget) -> str:
    """The command that explains this function with the program's own arguments.

    Empty where there is no file to name it by.
    """
    if row.file.startswith("<") or _is_code(row.file):
        return ""
    alone = row.function != MODULE and not module_places.in_coroutine(row.file, row.line)
    name = row.function if alone else str(row.line)
    place = shlex.quote(f"{shown_path(row.file)}:{name}")
    return f"python -m profiler_suite explain {place} --from {shlex.quote(words(target))}"


def _is_code(file: str) -> bool:
    """Whether that file holds code that was given with -c, and goes with the command."""
    return Path(file).name == code_file.NAME


def words(target: ProgramTarget) -> str:
    """The program as one would type it behind the interpreter."""
    return shlex.join(target.words)


def shown_path(file: str, folder: str = "") -> str:
    """A source file relative to the folder the program was started in, where it lies below."""
    if _is_code(file):
        return code_file.NAME
    try:
        relative = os.path.relpath(file, folder or Path.cwd())
    except ValueError:  # another drive
        return file
    return file if relative.startswith("..") or file.startswith("<") else relative


def where(row_file: str, line: int, function: str, lines: tuple[int, int] = (0, 0)) -> str:
    """'script.py:11 main', short enough for a table; `lines` stand in no function together."""
    name = Path(row_file).name if not row_file.startswith("<") else row_file
    if function != MODULE:
        return f"{name}:{line} {function}"
    first, last = lines
    return f"{name}:{line}" if first == last else f"{name}:{line}, in lines {first} to {last}"


def missing_sentences(missing: Sequence[str], processes: int) -> list[str]:
    """What could not be seen, and what was followed besides."""
    said = [f"! {each}" for each in missing]
    if processes > 1:
        more = (
            "1 child process was" if processes == 2 else f"{processes - 1} child processes were"
        )
        said.append(f"{more} watched as well.")
    return said
