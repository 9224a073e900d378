"""Watches one run of a program: what it did, for how long, and what could not be seen."""

import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from profiler_suite import units
from profiler_suite.measure.native.symbols import Symbolizer
from profiler_suite.measure.program import inside, sampler
from profiler_suite.measure.program.compiled import with_compiled
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

# Ten milliseconds show a function of some tens.
RATE_HZ = 100.0
# A program that ends sooner than this shows next to nothing at that rate; it may run again.
SHORT_S = 2.0
_CLOSE_RATE_HZ = 1000.0
# It may wait for what the first run has left behind.
_CLOSE_LIMIT_S = 4 * SHORT_S
# To be looked at closely takes time of the processor: one that takes less did less.
_LEAST_BUSY = 0.5
# From inside, each look needs the interpreter lock.
_INSIDE_PAUSE_S = 0.01
_SHORT_RUN = "the program ended after only a few samples ({samples}): shares are rough"
_FEW_SAMPLES = 20
_SELDOM_COMPILED = (
    "compiled code was seen in {samples} only: of what kind the work is, is rough"
)
_FEW_COMPILED = 8
_HELD_UP = (
    "the sampler was held up: it looked {share} % as often as it was to, so shares are rougher"
)
_SELDOM = 0.5
_LOST = 0.05
_LOST_SAMPLES = (
    "{share} % of the samples came to nothing, as stacks changed while they were read"
)
_NOT_COUNTED = ": only those for which the program was stopped are counted"
_OURS = f"{Path(inside.__file__).parent}{os.sep}"
CAUGHT = (
    "calls were caught in this very run: the first thousands of each function of yours took "
    "some microseconds longer"
)


class ProgramRun(Noun, frozen=True):
    """One watched run."""

    target: ProgramTarget
    end: ProgramEnd
    samples: ProgramSamples
    python: str
    """Version of the interpreter."""


def watch_program(
    target: ProgramTarget,
    rate_hz: float = RATE_HZ,
    probes: Sequence[Probe] = (),
    limit_s: float = 0.0,
) -> ProgramRun:
    """Run the program once and watch it; where nothing else can, from inside.

    `probes` are let into it as well. After `limit_s`, if any, it is ended.
    """
    reason = sampler.why_not()
    with tempfile.TemporaryDirectory(prefix="profiler_suite-") as folder:
        written = Path(folder) / "stacks"
        eye = sampler.Sampler(Path(folder), rate_hz, stopping=not sampler.stopping_harms())
        library: dict[str, int] = {}
        attached = []

        def beside(pid: int) -> bool:
            if reason or not eye.attach(pid):
                return False
            attached.append(pid)
            library.update(_beginnings(pid))
            return True

        stand_in = Probe(
            file=inside.__file__, settings=f"{_INSIDE_PAUSE_S} {written}", stand_in=True
        )
        end = run_program(target, (*probes, stand_in), beside, limit_s=limit_s)
        if attached:
            samples = _seen_from_outside(eye, attached[0], library)
        else:
            text = written.read_text(errors="replace") if written.exists() else ""
            stacks, processes = read_stacks(text)
            samples = ProgramSamples(
                stacks=stacks,
                rate_hz=1 / _INSIDE_PAUSE_S,
                processes=processes,
                compiled=False,
                missing=(reason or eye.missing or sampler.NOT_REACHED,),
            )
    return ProgramRun(
        target=target,
        end=end,
        samples=msgspec.structs.replace(samples, missing=_sentences(samples, end)),
        python=platform.python_version(),
    )


def _seen_from_outside(
    eye: sampler.Sampler, main: int, library: dict[str, int]
) -> ProgramSamples:
    """What both samplers have seen: Python functions often, compiled code below them seldom."""
    often, seldom = (read_stacks(text) for text in eye.finish())
    python, stopped = _without_ours(often[0]), _without_ours(seldom[0])
    stopped = _named(stopped, main, library)
    sentences, rate_hz = [eye.missing] if eye.missing else [], eye.rate_hz
    if eye.lost_share > _LOST and python:
        lost = round(100 * eye.lost_share)
        sentences.append(_LOST_SAMPLES.format(share=lost) + (_NOT_COUNTED if stopped else ""))
        if stopped:  # of what changes quickly fewer would be left than of what does not
            python, rate_hz = (), eye.stopped_hz
    stacks = with_compiled(python, stopped) if python and stopped else python or stopped
    there = {main, *(each.process for each in stacks)}
    processes = {n: name for n, name in (often[1] | seldom[1]).items() if n in there}
    return ProgramSamples(
        stacks=stacks,
        rate_hz=rate_hz,
        processes=dict(sorted(processes.items(), key=lambda item: item[0] != main)),
        compiled=bool(stopped),
        missing=tuple(sentences),
        stopped=_of_first_thread(stopped, main),
    )


def _without_ours(stacks: Sequence[SampledStack]) -> tuple[SampledStack, ...]:
    """Without moments in which calls were caught, and without the copies that hold them."""

    def ours(stack: SampledStack) -> bool:
        return any(frame.file.startswith(_OURS) for frame in stack.frames)

    return tuple(stack for stack in stacks if not ours(stack))


def _of_first_thread(stacks: Sequence[SampledStack], main: int) -> int:
    return sum(each.count for each in stacks if each.process == main and each.first_thread)


def _sentences(samples: ProgramSamples, end: ProgramEnd) -> tuple[str, ...]:
    """What could not be watched, and how rough the rest is."""
    main = next(iter(samples.processes), 0)
    seen, sentences = _of_first_thread(samples.stacks, main), list(samples.missing)
    due = samples.rate_hz * end.wall_s
    if seen < _FEW_SAMPLES:
        sentences.append(_SHORT_RUN.format(samples=seen))
    elif seen < _SELDOM * due:
        sentences.append(_HELD_UP.format(share=round(100 * seen / due)))
    elif samples.compiled and samples.stopped < _FEW_COMPILED:
        few = units.some(samples.stopped, "sample")
        sentences.append(_SELDOM_COMPILED.format(samples=few))
    return tuple(sentences)


def watch_closely(run: ProgramRun, place: InputPlace) -> ProgramRun:
    """A short program once more, without its output, at a higher rate; times stay the first's.

    Where it does not end as before, or had less to do, what was seen before stands: what came
    through a pipe, or a file that it makes where there is none, is not what it was.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        place.go_back()
        with streams(nothing, nothing):
            again = watch_program(run.target, _CLOSE_RATE_HZ, limit_s=_CLOSE_LIMIT_S)
    finally:
        os.close(nothing)
    if again.end.interrupted:
        end = msgspec.structs.replace(run.end, interrupted=True)
        return msgspec.structs.replace(run, end=end)
    seen = sum(each.count for each in again.samples.stacks)
    if again.end.exit_code != run.end.exit_code or not seen:
        return run
    if _busy_s(again) < _LEAST_BUSY * _busy_s(run):
        return run
    # To be looked at takes time: a sample stands for its share of the undisturbed run.
    rate_hz = again.samples.rate_hz * again.end.wall_s / run.end.wall_s
    return msgspec.structs.replace(
        run, samples=msgspec.structs.replace(again.samples, rate_hz=rate_hz)
    )


def _busy_s(run: ProgramRun) -> float:
    """Processor time of a run, s; 0 where it is not known."""
    return run.end.user_s + run.end.system_s


def to_show(run: ProgramRun, note: str = "") -> ProgramRun:
    """The run as it is shown and stored, with one more sentence on its numbers, if any."""
    missing = (*run.samples.missing, *([note] if note else []))
    samples = msgspec.structs.replace(run.samples, missing=missing)
    return msgspec.structs.replace(run, target=run.target.printable, samples=samples)


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
