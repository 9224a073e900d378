"""What was seen of a program: stacks of Python and compiled code, and how often each."""

import functools
import itertools
import re
from collections.abc import Iterator

from profiler_suite.model.noun import Count, Noun

# Sources of compiled code, where a library tells them: CPython's own, Cython's, C++'s.
_COMPILED_SOURCE = re.compile(r"\.(c|h|cc|cpp|cxx|hpp|inc|src|S|f|f90|pyx|pxd|rs)$")
_LIBRARY = re.compile(r"\.so(\.|$)|\.dylib$|\.(dll|pyd|exe)$|^\[")
# Of a stack that could not be read there are no frames: its count follows at once.
_THREAD = re.compile(r"thread \(([^)]*)\)(?:: ([^;]*?))?(?:;|(?=\s\d+\s*$))")
_PROCESS = re.compile(r'process (\d+):"(.*?)";(?=thread \(|process \d+:")', re.DOTALL)
_BEGINS = re.compile(r'^process \d+:"', re.MULTILINE)
_COUNT = re.compile(r"\s(\d+)\s*$")
_PLACE = re.compile(r"^(.*) \((.+?)(?::(\d+))?\)$", re.DOTALL)


class StackFrame(Noun, frozen=True):
    """One function on a stack."""

    name: str
    """Qualified name, or a symbol; an address such as 0x7f… where nothing names it."""
    file: str
    """Source file of Python code; library, or source, of compiled code."""
    line: int
    """The line that runs; 0 where that is not known."""
    compiled: bool


class SampledStack(Noun, frozen=True):
    """One stack of one thread and how often it was seen."""

    process: int
    thread: str
    """The system's number of the thread; of a process's first thread, the process's own."""
    thread_name: str
    frames: tuple[StackFrame, ...]
    """From the outermost function to the innermost."""
    count: Count
    compiled_seen: bool = True
    """False where only its Python functions are known, although others' compiled code is."""

    @property
    def first_thread(self) -> bool:
        """True of the thread that a program begins with."""
        return self.thread == str(self.process) or self.thread_name == "MainThread"


class ProgramSamples(Noun, frozen=True):
    """All stacks of a program's run."""

    stacks: tuple[SampledStack, ...]
    rate_hz: float
    """Samples of each thread per second that were asked for."""
    processes: dict[int, str]
    """Command line of each process that was seen, by its number."""
    compiled: bool
    """False where only Python functions could be seen."""
    missing: tuple[str, ...] = ()
    """What could not be watched, a sentence each."""
    stopped: int = 0
    """Samples of the first thread for which the program was stopped, to see compiled code."""


def read_stacks(text: str) -> tuple[tuple[SampledStack, ...], dict[int, str]]:
    """The stacks of a file of the sampler's, and the processes' command lines."""
    stacks: list[SampledStack] = []
    processes: dict[int, str] = {}
    for entry in _entries(text):
        found = _stack(entry, processes)
        if found is not None and not _is_torn(found):
            stacks.append(found)
    return tuple(stacks), processes


def _entries(text: str) -> Iterator[str]:
    """One entry each; the command line in it may have lines of its own."""
    edges = [*(match.start() for match in _BEGINS.finditer(text)), len(text)]
    whole = ""
    for begin, end in itertools.pairwise(edges):
        whole += text[begin:end]
        if _COUNT.search(whole) and _THREAD.search(whole):
            yield whole
            whole = ""


def _stack(entry: str, processes: dict[int, str]) -> SampledStack | None:
    at, process = 0, 0
    while found := _PROCESS.match(entry, at):
        process, at = int(found[1]), found.end()
        processes[process] = found[2]
    thread, count = _THREAD.match(entry, at), _COUNT.search(entry)
    if thread is None or count is None:
        return None
    frames = entry[thread.end() : count.start()].split(";")
    return SampledStack(
        process=process,
        thread=thread[1],
        thread_name=(thread[2] or "").strip(),
        frames=tuple(_frame(each) for each in frames if each),
        count=int(count[1]),
    )


def _is_torn(stack: SampledStack) -> bool:
    """No frames, or a Python function without a name: it changed while it was read."""
    return not (stack.frames and all(each.name or each.compiled for each in stack.frames))


@functools.lru_cache(maxsize=65536)
def _frame(text: str) -> StackFrame:
    found = _PLACE.match(text)
    if found is None:
        return StackFrame(name=text, file="", line=0, compiled=True)
    name, file, line = found[1], found[2], int(found[3] or 0)
    compiled = not line or bool(_COMPILED_SOURCE.search(file)) or bool(_LIBRARY.search(file))
    return StackFrame(name=name, file=file, line=line, compiled=compiled)
