"""A forked copy that waits with one call: it hears orders, and lets go of all else."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent
from time import monotonic, sleep
from typing import Any

import pytest

import profiler_suite
from profiler_suite.measure.program import holder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are forked on Linux")
ROOT = Path(profiler_suite.__file__).resolve().parents[1]
# Its sessions only end, each with the code that it was ordered.
PROGRAM = """
import os, signal, socket, sys
sys.path.insert(0, {root!r})
from profiler_suite.measure.program import holder

def session(path, order, frame, package, parent):
    {session}

holder._session = session
control = socket.socket(fileno=int(sys.argv[1]))
print("before", flush=True)
holder.hold(control, "nowhere", sys._getframe(), "")
print("never heard", flush=True)
"""


class Holder:
    """A process that holds a call; its end of the connection."""

    def __init__(self, session: str) -> None:
        self.talk, theirs = socket.socketpair()
        self.talk.settimeout(20)
        text = PROGRAM.format(root=str(ROOT), session=indent(dedent(session), "    ").strip())
        self.process = subprocess.Popen(
            [sys.executable, "-c", text, str(theirs.fileno())],
            stdout=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        self._lines = self.talk.makefile("rb")

    def order(self, *orders: dict[str, Any]) -> None:
        self.talk.sendall(b"".join(json.dumps(each).encode() + b"\n" for each in orders))

    def heard(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._lines.readline())
        return found

    def end(self) -> bytes:
        """Nobody is at this end any more; what the program has printed."""
        self._lines.close()
        self.talk.close()
        out, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return out


def test_each_order_is_a_session_whose_end_is_told() -> None:
    held = Holder("os._exit(order['code'])")
    held.order({"code": 3}, {"code": 0})
    ended = [held.heard(), held.heard()]
    assert sorted(each["code"] for each in ended) == [0, 3]
    assert len({each["ended"] for each in ended}) == 2
    held.order({"code": 5})
    assert held.heard()["code"] == 5
    # What it prints from then on is not the program's.
    assert held.end() == b"before\n"


def test_an_order_may_come_in_pieces() -> None:
    held = Holder("os._exit(order['code'])")
    held.talk.sendall(b'{"co')
    held.talk.sendall(b'de": 4}\n')
    assert held.heard()["code"] == 4
    held.end()


def test_a_session_that_raises_ends_by_itself() -> None:
    held = Holder("raise ValueError")
    held.order({})
    assert held.heard()["code"] == 1
    held.end()


def test_sessions_end_with_the_one_that_asked(tmp_path: Path) -> None:
    held = Holder(
        """
        import time
        open(order["file"], "w").write(str(os.getpid()))
        time.sleep(60)
        """
    )
    file = tmp_path / "pid"
    held.order({"file": str(file)})
    while not file.exists() or not file.read_text():
        assert held.process.poll() is None
        sleep(0.01)
    held.end()
    pid = int(file.read_text())
    until = monotonic() + 20
    while _runs(pid) and monotonic() < until:
        sleep(0.01)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether it has not ended; nobody may have waited for it yet."""
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_it_has_a_group_of_its_own_and_the_usual_signals() -> None:
    held = Holder(
        """
        usual = signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        os._exit(10 * (os.getpgid(parent) == parent) + usual)
        """
    )
    held.order({})
    assert held.heard()["code"] == 11
    held.end()


def test_pipes_and_sockets_lead_to_others_and_files_do_not(tmp_path: Path) -> None:
    read, write = os.pipe()
    one, other = socket.socketpair()
    with one, other, (tmp_path / "f").open("w") as file:
        found = [
            holder._leads_to_another(number)
            for number in (read, write, one.fileno(), file.fileno())
        ]
    os.close(read)
    os.close(write)
    assert found == [True, True, True, False]
    assert not holder._leads_to_another(read)  # closed


def test_who_reads_the_programs_pipe_hears_its_end() -> None:
    held = Holder("os._exit(0)")
    assert held.process.stdout is not None
    # The copy lives, but the output has ended.
    assert held.process.stdout.read() == b"before\n"
    assert held.process.poll() is None
    held.end()


def test_a_connection_says_first_who_it_is(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with holder._introduced(str(tmp_path / "s"), {"kind": "session"}):
            talk, _ = server.accept()
            with talk, talk.makefile() as lines:
                assert json.loads(lines.readline()) == {"kind": "session"}


def test_limits_that_a_program_has_set_itself_are_not_those_of_its_copies() -> None:
    code = f"""
import resource, sys
sys.path.insert(0, {str(ROOT)!r})
from profiler_suite.measure.program import holder
limits = resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE
for each in limits:
    resource.setrlimit(each, (64, resource.getrlimit(each)[1]))
holder._lift_limits()
sys.exit(any(len(set(resource.getrlimit(each))) > 1 for each in limits))
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
