"""Line shares by py-spy, a sampler that shares nothing with the suite's own."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

_RATE_HZ = 1000
_SECONDS = 3  # py-spy takes whole seconds only
# It reads the symbols of the interpreter first.
_STARTING_S = 2.0
_FRAME = re.compile(r"(?P<name>[^;]*) \((?P<file>[^;]*):(?P<line>\d+)\)$")


def py_spy() -> str:
    """Path of py-spy beside this Python or on the path; empty where it is not installed."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy") or ""


def shares(program: str, function: Callable[..., Any]) -> dict[int, float]:
    """Line of the function → its share of the samples that found the function running.

    Of a function that is active more than once the innermost counts. Empty where
    py-spy cannot sample.
    """
    with tempfile.TemporaryDirectory() as folder:
        stacks = Path(folder) / "stacks"
        target = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("line_programs.py")),
                program,
                str(_SECONDS + _STARTING_S),
            ],
            stdout=subprocess.PIPE,
        )
        assert target.stdout is not None
        target.stdout.readline()
        command = [py_spy(), "record", "--pid", str(target.pid), "--format", "raw"]
        command += ["--rate", str(_RATE_HZ), "--duration", str(_SECONDS)]
        done = subprocess.run(
            [*command, "--output", str(stacks)], capture_output=True, text=True, check=False
        )
        target.kill()
        target.communicate()
        if done.returncode:
            sys.stderr.write(done.stderr)
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
