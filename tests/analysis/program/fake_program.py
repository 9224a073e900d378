"""Runs of programs that nobody ran."""

from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.running import ProgramEnd
from profiler_suite.measure.program.samples import ProgramSamples, read_stacks
from profiler_suite.measure.program.watching import ProgramRun

NUMPY = "/v/lib/python3.11/site-packages/numpy"
UMATH = f"{NUMPY}/_core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so"
LIBC = "/usr/lib/libc.so.6"
LIBPYTHON = "/usr/lib/libpython3.11.so.1.0"
IMPORTING = "_find_and_load (<frozen importlib._bootstrap>:1176)"


def stack(*frames: str, count: int, thread: int = 7, process: int = 7) -> str:
    """One line of the sampler's, of the main process or of a child."""
    child = f'process {process}:"python child.py";' if process != 7 else ""
    shown = f"thread ({thread}): {'MainThread' if thread == process else 'Thread-1 (f)'}"
    return f'process 7:"python main.py";{child}{shown};{";".join(frames)} {count}\n'


def run_of(*stacks: str, wall_s: float = 1.0, compiled: bool = True) -> ProgramRun:
    found, processes = read_stacks("".join(stacks))
    return ProgramRun(
        target=ProgramTarget(kind="script", name="main.py", arguments=("a b",)),
        end=ProgramEnd(exit_code=0, wall_s=wall_s),
        samples=ProgramSamples(
            stacks=found, rate_hz=100.0, processes=processes, compiled=compiled
        ),
        python="3.11.0",
    )
