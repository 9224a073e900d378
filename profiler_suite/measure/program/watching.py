"""Watches one run of a program: what it did, for how long, and what could not be seen."""

import os
import platform
import sys
import tempfile
from pathlib import Path

import msgspec

from profiler_suite.measure.native.symbols import Symbolizer
from profiler_suite.measure.program import inside, sampler
from profiler_suite.measure.program.elsewhere import InputPlace, streams
from profiler_suite.measure.program.request import Probe, ProgramTarget
from profiler_suite.measure.program.running import ProgramEnd, run_program
from profiler_suite.measure.program.samples import (
    ProgramSamples,
    SampledStack,
    StackFrame,
    read_stacks,
)
from profiler_suite.model.noun import Noun

# Ten milliseconds show a function of some tens; each look stops a thread for a moment.
RATE_HZ = 100.0
# A program that ends sooner than this shows next to nothing at that rate; it may run again.
SHORT_S = 2.0
_CLOSE_RATE_HZ = 1000.0
# From inside, each look needs the interpreter lock.
_INSIDE_PAUSE_S = 0.01
_SHORT_RUN = (
    "the program ended before it was looked at often ({samples} samples): shares are rough"
)
_FEW_SAMPLES = 20
_HELD_UP = (
    "the sampler was held up: it looked {share} % as often as it was to, so shares are rougher"
)
_SELDOM = 0.5


class ProgramRun(Noun, frozen=True):
    """One watched run."""

    target: ProgramTarget
    end: ProgramEnd
    samples: ProgramSamples
    python: str
    """Version of the interpreter."""


def watch_program(target: ProgramTarget, rate_hz: float = RATE_HZ) -> ProgramRun:
    """Run the program once and watch it; where nothing else can, from inside."""
    reason = sampler.why_not()
    with tempfile.TemporaryDirectory(prefix="profiler_suite-") as folder:
        written = Path(folder) / "stacks"
        eye = sampler.Sampler(written, rate_hz, stopping=not sampler.stopping_harms())
        library: dict[str, int] = {}
        attached = []

        def beside(pid: int) -> bool:
            if reason or not eye.attach(pid):
                return False
            attached.append(pid)
            library.update(_beginnings(pid))
            return True

        probe = Probe(file=inside.__file__, settings=f"{_INSIDE_PAUSE_S} {written}")
        end = run_program(target, probe, beside)
        if attached:
            text, rate, missing = eye.finish(), rate_hz, eye.missing
        else:
            text = written.read_text(errors="replace") if written.exists() else ""
            rate, missing = 1 / _INSIDE_PAUSE_S, reason or eye.missing
    stacks, processes = read_stacks(text)
    main = attached[0] if attached else next(iter(processes), 0)
    seen = sum(each.count for each in stacks if each.process == main and each.first_thread)
    sentences = [missing] if missing else []
    if _FEW_SAMPLES <= seen < _SELDOM * rate * end.wall_s:
        sentences.append(_HELD_UP.format(share=round(100 * seen / (rate * end.wall_s))))
    if seen < _FEW_SAMPLES:
        sentences.append(_SHORT_RUN.format(samples=seen))
    return ProgramRun(
        target=target,
        end=end,
        samples=ProgramSamples(
            stacks=_named(stacks, main, library),
            rate_hz=rate,
            processes=dict(sorted(processes.items(), key=lambda item: item[0] != main)),
            compiled=bool(attached) and eye.compiled,
            missing=tuple(sentences),
        ),
        python=platform.python_version(),
    )


def watch_closely(run: ProgramRun, place: InputPlace) -> ProgramRun:
    """A short program once more, without its output, at a higher rate; times stay the first's.

    Where it does not end as before, what was seen before stands.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        place.go_back()
        with streams(nothing, nothing):
            again = watch_program(run.target, _CLOSE_RATE_HZ)
    finally:
        os.close(nothing)
    seen = sum(each.count for each in again.samples.stacks)
    if again.end.exit_code != run.end.exit_code or not seen:
        return run
    # To be looked at takes time: a sample stands for its share of the undisturbed run.
    rate_hz = again.samples.rate_hz * again.end.wall_s / run.end.wall_s
    return msgspec.structs.replace(
        run, samples=msgspec.structs.replace(again.samples, rate_hz=rate_hz)
    )


def _beginnings(pid: int | str) -> dict[str, int]:
    """Address at which each library file begins in a process."""
    found: dict[str, int] = {}
    try:
        lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    except OSError:
        return found
    for line in lines:
        span, _, _, _, _, *path = line.split(None, 5)
        if path and path[0].startswith("/"):
            found.setdefault(path[0], int(span.partition("-")[0], 16))
    return found


def _named(
    stacks: tuple[SampledStack, ...], main: int, there: dict[str, int]
) -> tuple[SampledStack, ...]:
    """Addresses in libraries that both processes have, such as libc, named as they are here.

    The C library's copying and allocating functions have no public names, but the dynamic
    linker of this process knows them.
    """
    if sys.platform != "linux" or not there:
        return stacks
    here, symbolizer = _beginnings("self"), Symbolizer()

    def named(frame: StackFrame) -> StackFrame:
        if not frame.name.startswith("0x") or frame.file not in there.keys() & here.keys():
            return frame
        address = int(frame.name, 16) - there[frame.file] + here[frame.file]
        symbol = symbolizer.place(address).symbol
        return msgspec.structs.replace(frame, name=symbol) if symbol else frame

    known: dict[StackFrame, StackFrame] = {}
    renamed = []
    for stack in stacks:
        if stack.process != main or not any(f.name.startswith("0x") for f in stack.frames):
            renamed.append(stack)
            continue
        frames = tuple(known.setdefault(f, named(f)) for f in stack.frames)
        renamed.append(msgspec.structs.replace(stack, frames=frames))
    return tuple(renamed)
