"""Workers of multiprocessing are met by the bootstrap however they are started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from profiler_suite.measure.program import following
from profiler_suite.measure.program.captured import capture
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.request import ProgramTarget, with_workers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are forked on POSIX")

WORKERS = """
import multiprocessing, os, subprocess, sys

def work(x):
    return x + 1

if __name__ == "__main__":
    assert "PROFILER_SUITE_BOOT" not in os.environ
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(1) as pool:
        assert pool.map(work, range(4)) == [1, 2, 3, 4]
        assert pool.apply(os.getenv, ("PROFILER_SUITE_BOOT",)) is None
    shown = subprocess.run(["env"], capture_output=True, text=True).stdout
    assert "PROFILER_SUITE_BOOT" not in shown
    work(7)
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_calls_of_workers_are_caught(method: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(WORKERS)
    wish = CallWish(file=str(script), qualname="work")
    target = ProgramTarget(kind="script", name=str(script), arguments=(method,))
    with capture(target, [wish]) as found:
        assert found.end.exit_code == 0
        (caught,) = found.caught
        assert caught.calls == 5
        assert caught.representative is not None


def test_a_worker_of_a_worker_is_met_too_and_others_are_not() -> None:
    started: list[tuple[object, ...]] = []
    told = with_workers()[-1].settings
    worker = following._Worker(
        lambda *given: started.append(given), "/boot", [(False, "f", told)]
    )
    rest = ([b"python"], True, (), None)
    worker.fork_exec(["python", "-c", "from multiprocessing.spawn import main"], *rest, None, 7)
    worker.fork_exec([b"ls"], *rest, None, 7)
    worker.fork_exec([b"python", b"-m", b"joblib.popen_loky_posix"], *rest, [b"PYTHONPATH=/a"])
    environments = [each[5] for each in started]
    assert environments[1] is None
    assert started[0][6] == started[1][6] == 7
    assert isinstance(environments[2], list)
    assert os.fsencode(f"PYTHONPATH=/boot{os.pathsep}/a") in environments[2]
    (value,) = [each for each in environments[2] if each.startswith(b"PROFILER_SUITE_BOOT=")]
    assert value.partition(b"=")[2].split(b"\x1f")[:4] == [b"/boot", b"1", b"/a", b"-1"]


def test_the_module_that_starts_processes_is_loaded_as_ever() -> None:
    code = (
        "import sys\n"
        "from profiler_suite.measure.program import following\n"
        'following.start(\'{"folder": "/boot", "probes": []}\')\n'
        "import subprocess\n"
        "print(subprocess.run(['echo', 'a'], capture_output=True, text=True).stdout)\n"
        "print(any('following' in type(each).__module__ for each in sys.meta_path))\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["a", "False"], done.stderr
