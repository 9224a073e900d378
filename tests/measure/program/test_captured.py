"""Calls of a program are kept while it runs, and the program does not notice."""

import sys
from pathlib import Path

import pytest

from profiler_suite.measure.program.captured import capture
from profiler_suite.measure.program.caught_calls import CallWish
from profiler_suite.measure.program.request import ProgramTarget

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
