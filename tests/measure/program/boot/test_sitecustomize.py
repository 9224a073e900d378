"""What runs in a program before its first line: lets a probe in and leaves no trace."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from profiler_suite.measure.program.boot import sitecustomize
from profiler_suite.measure.program.request import Probe, boot_environment

SEEN = """
import json, os, sys
print(json.dumps({
    "path": os.environ.get("PYTHONPATH"),
    "told": [k for k in os.environ if k.startswith("PROFILER_SUITE_BOOT")],
    "boot": [p for p in sys.path if p.endswith("boot")],
    "json": "json" in before,
    "custom": getattr(sys.modules.get("sitecustomize"), "__file__", ""),
}))
"""
PROGRAM = "import sys; before = set(sys.modules)\n" + SEEN


def run(
    folder: Path,
    probes: Sequence[Probe] = (),
    gate: int = -1,
    program: str = PROGRAM,
    **given: str,
) -> subprocess.Popen[str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH",)}
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env=boot_environment(plain | given, probes, gate),
        cwd=folder,
        pass_fds=() if gate < 0 else (gate,),
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return out.splitlines()


def probe_of(folder: Path, settings: str = "a\x1fb", *, stand_in: bool = False) -> Probe:
    file = folder / "probe.py"
    file.write_text(
        "import json\ndef start(settings):\n    print('probe', json.dumps(settings))\n"
    )
    return Probe(file=str(file), settings=settings, stand_in=stand_in)


def test_nothing_of_it_is_left(tmp_path: Path) -> None:
    (line,) = said(run(tmp_path))
    found = json.loads(line)
    assert found["path"] is None
    assert found["told"] == found["boot"] == []
    assert "profiler_suite" not in found["custom"]


def test_the_persons_own_path_and_module_come_after_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('mine')\n")
    mine, line = said(run(tmp_path, PYTHONPATH=str(tmp_path)))
    found = json.loads(line)
    assert mine == "mine"
    assert found["path"] == str(tmp_path)
    assert Path(found["custom"]).parent == tmp_path


def test_an_empty_path_stays_an_empty_one(tmp_path: Path) -> None:
    (line,) = said(run(tmp_path, PYTHONPATH=""))
    assert json.loads(line)["path"] == ""


def test_a_probe_starts_first_and_what_it_imports_is_forgotten(tmp_path: Path) -> None:
    probe, line = said(run(tmp_path, [probe_of(tmp_path)]))
    assert probe == 'probe "a\\u001fb"'
    assert not json.loads(line)["json"]


OURS = """
import json, sys
print(json.dumps([
    [name for name in sys.modules if name.startswith("profiler_suite")],
    [place for place in sys.path_importer_cache if "profiler_suite" in place],
]))
"""


def test_a_probe_may_be_of_several_modules_of_ours_and_none_is_left(tmp_path: Path) -> None:
    file = tmp_path / "probe.py"
    file.write_text(
        "from profiler_suite.measure.program.catching import own_memory\n"
        "def start(settings):\n    print(own_memory.usage() >= (0, 0))\n"
    )
    # A neighbour of our name is found by the program, and not by the probe.
    (tmp_path / "profiler_suite.py").write_text("mine = 1\n")
    used, left, mine = said(
        run(
            tmp_path,
            [Probe(file=str(file))],
            program=f"{OURS}\nimport profiler_suite as p\nprint(p.mine)\n",
        )
    )
    assert (used, json.loads(left), mine) == ("True", [[], []], "1")


@pytest.mark.skipif(os.name != "posix", reason="a socket is handed on by its number")
@pytest.mark.parametrize(("answer", "lines"), [(b"+", 2), (b"-", 1), (b"", 1 + 1)])
def test_the_program_waits_for_its_parent(tmp_path: Path, answer: bytes, lines: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = run(tmp_path, [probe_of(tmp_path, stand_in=True)], theirs.fileno())
        theirs.close()
        assert ours.recv(1) == b"+"
        assert process.poll() is None
        if answer:
            ours.sendall(answer)
        else:
            ours.shutdown(socket.SHUT_RDWR)  # it goes on where the parent has gone
        assert len(said(process)) == lines


@pytest.mark.skipif(os.name != "posix", reason="a socket is handed on by its number")
def test_what_only_stands_in_is_left_out_and_the_others_start_in_turn(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        probes = [probe_of(tmp_path, text, stand_in=not text) for text in ("50%", "", "%1f")]
        process = run(tmp_path, probes, theirs.fileno())
        theirs.close()
        assert ours.recv(1) == b"+"
        ours.sendall(b"-")
        assert said(process)[:-1] == ['probe "50%"', 'probe "%1f"']


def test_imported_without_the_variable_it_does_nothing() -> None:
    assert sitecustomize._VARIABLE not in os.environ
    assert sitecustomize._wait_at(-1) == b""
