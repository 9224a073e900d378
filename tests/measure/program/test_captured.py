"""Calls of a program are kept while it runs, and the program does not notice."""

import sys
from pathlib import Path

import msgspec
import pytest

from profiler_suite.measure.explain.records import ExplainEffort
from profiler_suite.measure.program.captured import capture
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.explaining import CaughtChild
from profiler_suite.measure.program.request import ProgramTarget
from profiler_suite.measure.program.wishes import wish_for

FUNCTION = "def work(x):\n    return x + 1\n"

OVER_A_PIPE = (
    "import subprocess, sys\n"
    + FUNCTION
    + "talk = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'],\n"
    "                        stdin=subprocess.PIPE)\n"
    "work(1)\n"
    "talk.stdin.close()\n"
    "sys.exit(talk.wait(20))\n"
)
OVER_A_SOCKET = (
    "import socket, sys\n" + FUNCTION + "ours, theirs = socket.socketpair()\n"
    "theirs.settimeout(20)\n"
    "work(1)\n"
    "ours.close()\n"
    "sys.exit(len(theirs.recv(1)))\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="no process forks")
@pytest.mark.parametrize("source", [OVER_A_PIPE, OVER_A_SOCKET], ids=["pipe", "socket"])
def test_who_talks_with_the_program_hears_its_end(source: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(source)
    wish = CallWish(file=str(script), qualname="work")
    with capture(ProgramTarget(kind="script", name=str(script)), [wish]) as found:
        assert found.end.exit_code == 0
        assert found.caught[0].calls == 1
        assert found.caught[0].representative is not None


WORKERS = """
import asyncio, queue, threading
work, found = queue.Queue(), []

def worker():
    while (job := work.get()) is not None:
        total = 0
        for v in range(job):
            total += v
        found.append(total)

async def station(limit):
    await asyncio.sleep(0)
    total = 0
    for v in range(limit):
        total += v
    return total

thread = threading.Thread(target=worker)
thread.start()
work.put(5)
work.put(None)
thread.join()
assert found == [10]
assert asyncio.run(station(6)) == 15
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process forks")
@pytest.mark.parametrize(
    ("function", "line", "answer"), [("worker", 8, 10), ("station", 15, 15)]
)
def test_a_loop_of_what_waits_for_others_is_called_alone(
    function: str, line: int, answer: int, tmp_path: Path
) -> None:
    script = tmp_path / "program.py"
    script.write_text(WORKERS)
    wish = wish_for(f"{script}:{line}")
    assert (wish.qualname, wish.first, wish.last) == (function, line - 1, line + 1)
    with capture(ProgramTarget(kind="script", name=str(script)), [wish]) as found:
        assert found.end.exit_code == 0
        (calls,) = found.caught
        assert calls.calls == 1
        with CaughtChild(found, calls, lambda text: None, 60.0) as child:
            effort = ExplainEffort(baselines_s={}, last_cache_bytes=1e6, memory_bytes=1e9)
            record = child.explain(msgspec.structs.replace(effort, advice_only=True))
    assert record.result == f"int {answer}"
    assert record.file == str(script)
