"""Line shares by py-spy, a sampler that shares nothing with the suite's own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from profiler_suite.measure.reading import peek

_RATE_HZ = 1000
_SECONDS = 3  # py-spy takes whole seconds only
_FRAME = re.compile(r"(?P<name>[^;]*) \((?P<file>[^;]*):(?P<line>\d+)\)$")


def py_spy() -> str:
    """Path of py-spy beside this Python or on the path; empty where it is not installed."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy") or ""


def shares(function: Callable[..., Any], arguments: tuple[Any, ...]) -> dict[int, float]:
    """Line of the function → its share of the samples that found the function running.

    This very process is sampled: the lines of a recursive function are not shared alike in
    any two processes. Of a function that is active more than once the innermost counts.
    Empty where py-spy cannot sample.
    """
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        command = [py_spy(), "record", "--pid", str(os.getpid()), "--format", "raw"]
        command += ["--rate", str(_RATE_HZ), "--duration", str(_SECONDS)]
        sampler = subprocess.Popen(
            [*command, "--output", str(stacks)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        peek.allow_reader(peek.libc(), sampler.pid)
        while sampler.poll() is None:
            function(*arguments)
        _, said = sampler.communicate()
        if sampler.returncode:
            sys.stderr.write(said)
            return {}
        return _counted(stacks, function)


def _counted(stacks: Path, function: Callable[..., Any]) -> dict[int, float]:
    code: Any = function.__code__
    file = Path(code.co_filename).name
    found: Counter[int] = Counter()
    for stack in stacks.read_text().splitlines():
        frames, _, count = stack.rpartition(" ")
        for frame in reversed(frames.split(";")):
            match = _FRAME.search(frame)
            if match and match["name"] == code.co_name and Path(match["file"]).name == file:
                found[int(match["line"])] += int(count)
                break
    total = sum(found.values())
    return {line: samples / total for line, samples in found.items()}
