"""A program runs beside us as it runs alone: output, exit code and files."""

import errno
import os
import signal
import subprocess
import sys
import time
import zipapp
from collections.abc import Sequence
from pathlib import Path

import pytest

from profiler_suite.errors import UsageError
from profiler_suite.measure.program.request import (
    BOOT,
    Probe,
    ProgramTarget,
    own_options,
    parse,
)
from profiler_suite.measure.program.running import run_program
from tests.measure.program.misbehaving import MODULES, PROGRAMS, Files
from tests.measure.program.plain_runs import outcome, write

pytestmark = pytest.mark.skipif(os.name != "posix", reason="compares with a plain POSIX run")
ROOT = Path(__file__).resolve().parents[3]
_RUN = """
import sys
sys.path.insert(0, {root!r})
from profiler_suite.measure.program.running import end_as, run_program
from profiler_suite.measure.program.request import parse
sys.exit(end_as(run_program(parse(sys.argv[1:])).exit_code))
"""


_WATCH = """
import sys
sys.path.insert(0, {root!r})
from profiler_suite.measure.program import sampler, watching
from profiler_suite.measure.program.running import end_as
from profiler_suite.measure.program.request import parse
if {inside}:
    sampler.why_not = lambda: "as elsewhere"
sys.exit(end_as(watching.watch_program(parse(sys.argv[1:])).end.exit_code))
"""


def compared(
    files: Files,
    words: Sequence[str | bytes],
    tmp_path: Path,
    script: str = _RUN,
    options: Sequence[str] = (),
) -> None:
    """Both runs in a folder of the same name, one after the other."""
    tmp_path.mkdir(exist_ok=True)
    folder = tmp_path / "here"
    alone = outcome([sys.executable, *options, *words], write(files, folder))
    folder.rename(tmp_path / "before")
    boot = [sys.executable, *options, "-I", "-c", script.format(root=str(ROOT)), *words]
    beside = outcome(boot, write(files, folder))
    assert beside == alone


def test_a_script_that_is_not_there_is_said_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no_such\.py' does not exist; give SCRIPT\.py, -m"):
        parse(["no_such.py"]).check()
    for words in (["-"], ["-m", "no_such"], ["-c", "no_such"], [str(tmp_path)]):
        parse(words).check()  # a folder may hold a program


SEEN_FROM_INSIDE = {
    "faulthandler": "it shows every thread, the one that watches among them",
    "hears everything": "it hears the thread that watches as well",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_as_it_does_alone(name: str, tmp_path: Path) -> None:
    compared(PROGRAMS[name], ["main.py", "--help", "two words"], tmp_path)


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(False, marks=pytest.mark.slow, id="from outside"),
        pytest.param(True, marks=pytest.mark.long, id="from inside"),
    ],
)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_watched_program_runs_as_it_does_alone(
    name: str, inside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if inside and name in SEEN_FROM_INSIDE:
        pytest.skip(SEEN_FROM_INSIDE[name])
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    script = _WATCH.replace("{inside}", str(inside))
    compared(PROGRAMS[name], ["main.py", "--help", "two words"], tmp_path, script)


_ONCE = (
    _WATCH.replace("{inside}", "False")
    .replace(
        "watching.watch_program(parse(sys.argv[1:]))",
        "watching.watch_program(parse(sys.argv[1:]), probes=(Capture().probe_of_all(),))",
    )
    .replace(
        "from profiler_suite.measure.program.request",
        "from profiler_suite.measure.program.captured import Capture\n"
        "from profiler_suite.measure.program.request",
    )
)
SEEN_FROM_CATCHING = {
    "hears everything": "it hears what catches its calls as well",
    "hooks at forks": "copies are made by forks",
}
if sys.version_info < (3, 12):
    by_tracer = "calls are caught by a tracer there"
    SEEN_FROM_CATCHING |= {
        "own tracer": by_tracer,
        "a debugger that reads its input": by_tracer,
        "recursion limit": f"{by_tracer}, which takes a level of it",
    }


@pytest.mark.long
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_whose_calls_are_caught_runs_as_it_does_alone(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in SEEN_FROM_CATCHING:
        pytest.skip(SEEN_FROM_CATCHING[name])
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    compared(PROGRAMS[name], ["main.py", "--help", "two words"], tmp_path, _ONCE)


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_no_output_is_lost_where_the_reader_is_slow(
    unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    program = "import sys\nfor _ in range(8):\n    sys.stdout.write('y' * 10**6)\n"
    script = _WATCH.replace("{inside}", "False").format(root=str(ROOT))
    boot = [sys.executable, "-I", "-c", script, "-c", program]
    read = 0
    with subprocess.Popen(boot, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while some := process.stdout.read1(65536):  # type: ignore[attr-defined]
            read += len(some)
            time.sleep(0.003)
    assert read == 8 * 10**6


@pytest.mark.parametrize("name", MODULES)
def test_a_module_runs_as_it_does_alone(name: str, tmp_path: Path) -> None:
    compared(MODULES[name], ["-m", "pkg", "-q", "--out"], tmp_path)


def test_code_and_a_missing_file_run_as_they_do_alone(tmp_path: Path) -> None:
    compared({}, ["-c", "import sys; print(sys.argv, __name__); 1/0", "-x"], tmp_path)
    compared({}, ["missing.py"], tmp_path / "second")


@pytest.mark.parametrize(
    "options", [["-O"], ["-OO", "-X", "dev"], ["-Xutf8=0", "-W", "error"], ["-B", "-u"]]
)
def test_options_of_the_interpreter_are_the_programs(
    options: list[str], tmp_path: Path
) -> None:
    source = (
        "import sys, warnings\nprint(__debug__, __doc__, sys.flags, sys._xoptions)\n"
        "print(sys.warnoptions, sys.stdout.write_through)\n"
    )
    compared({"main.py": source}, ["main.py", "-O"], tmp_path, options=options)


def test_arguments_that_are_no_text_arrive_as_they_are(tmp_path: Path) -> None:
    source = "import os, sys\nprint([os.fsencode(each) for each in sys.argv])\n"
    words: list[str | bytes] = ["main.py", b"\xff\xe9", "\u00e9", "a\nb", ""]
    compared({"main.py": source}, words, tmp_path)


def test_a_folder_and_an_archive_run_as_they_do_alone(tmp_path: Path) -> None:
    files: Files = {
        "app/__main__.py": "import part, sys\nprint(part.x, sys.argv, sys.path[0], __file__)\n",
        "app/part.py": "x = 1\n",
    }
    compared(files, ["app", "-q"], tmp_path)
    source = write(files, tmp_path / "source") / "app"
    zipapp.create_archive(source, tmp_path / "app.pyz")
    archive = (tmp_path / "app.pyz").read_bytes()
    compared({"app.pyz": archive}, ["app.pyz", "-q"], tmp_path / "second")


def test_a_program_whose_environment_leaves_no_room_for_ours_runs_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    real, given = subprocess.Popen, []

    def start(*words: object, env: dict[str, str], **options: object) -> object:
        given.append(env)
        if BOOT in env:
            raise OSError(errno.E2BIG, os.strerror(errno.E2BIG))
        return real(*words, env=env, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", start)
    end = run_program(parse(["-c", "print(1)"]), environment={"A": "1"})
    assert (end.exit_code, capfd.readouterr().out) == (0, "1\n")
    assert [BOOT in each for each in given] == [True, False]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["python", "x.py", "-O"], []),
        (["python", "-m", "p", "-O"], []),
        (["python", "-O", "-m", "p"], ["-O"]),
        (["python", "-IBEum", "p"], ["-Bu"]),
        (["python", "-X", "dev", "-Wignore", "-W", "error", "x.py"], None),
        (["python", "--help-all", "-c", "x"], []),
        (["python"], []),
    ],
)
def test_options_that_change_what_a_program_does_are_handed_on(
    words: list[str], options: list[str] | None
) -> None:
    expected = ["-Xdev", "-Wignore", "-Werror"] if options is None else options
    assert own_options(words) == expected


def test_the_path_that_was_set_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('the environment has its own')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    compared({"main.py": "import sys, os; print(sys.path, os.environ)"}, ["main.py"], tmp_path)


def test_a_probe_is_let_in_and_what_it_imported_is_forgotten(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text(
        "import json\n\n\ndef start(settings):\n"
        "    open(json.loads(settings), 'w').write(__name__)\n"
    )
    said = tmp_path / "said"
    code = "import sys; sys.exit('json' in sys.modules)"
    end = run_program(parse(["-c", code]), [Probe(file=str(probe), settings=f'"{said}"')])
    assert end.exit_code == 0
    assert said.read_text() == "_profiler_suite_probe"


def test_what_stands_beside_is_there_before_the_first_line(tmp_path: Path) -> None:
    seen: list[int] = []
    mark = tmp_path / "mark"

    def beside(pid: int) -> None:
        time.sleep(0.1)
        assert not mark.exists()
        seen.append(pid)

    end = run_program(parse(["-c", f"open({str(mark)!r}, 'w')"]), beside=beside)
    assert seen
    assert mark.exists()
    assert end.exit_code == 0
    assert end.wall_s < 10


def test_ctrl_c_before_the_first_line_ends_the_program_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def beside(pid: int) -> None:
        os.kill(pid, signal.SIGINT)
        time.sleep(0.2)

    assert run_program(parse(["-c", "print(1)"]), beside=beside).exit_code == -signal.SIGINT
    assert capfd.readouterr() == ("", "")


def test_an_interpreter_that_never_reaches_us_runs_all_the_same(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexit 9\n")
    fake.chmod(0o755)
    assert run_program(parse(["x.py"]), python=str(fake)).exit_code == 9
    with pytest.raises(UsageError, match="cannot be run"):
        run_program(parse(["x.py"]), python=str(tmp_path / "none"))


def test_a_signal_to_us_is_the_programs(tmp_path: Path) -> None:
    program = tmp_path / "main.py"
    program.write_text(
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(12))\n"
        # One long sleep would be slept to its end where the signal comes just before it:
        # Python 3.14 then looks for signals no more (9 of 182 runs of the program alone).
        "print('ready', flush=True)\nfor _ in range(600):\n    time.sleep(0.05)\n"
    )
    boot = [sys.executable, "-I", "-c", _RUN.format(root=str(ROOT)), str(program)]
    with subprocess.Popen(boot, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 12


@pytest.mark.skipif(sys.platform != "linux", reason="the system ends children on Linux alone")
def test_no_program_outlives_us(tmp_path: Path) -> None:
    program = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    boot = [sys.executable, "-I", "-c", _RUN.format(root=str(ROOT)), "-c", program]
    with subprocess.Popen(boot, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the program is still there")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing of ours is counted")
def test_the_memory_of_a_program_is_its_own_or_not_known() -> None:
    import resource

    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert run_program(parse(["-c", "pass"])).peak_bytes == 0
    more = 2 * ours
    end = run_program(parse(["-c", f"bytes([1]) * {more}"]))
    assert more <= end.peak_bytes <= 2 * more


def test_what_is_no_text_is_shown_as_an_escape() -> None:
    target = ProgramTarget(kind="script", name="a\udcff.py", arguments=("é", "\udce9"))
    assert target.printable.name == "a\\xff.py"
    assert target.printable.arguments == ("é", "\\xe9")
    target.printable.name.encode()


def test_the_words_of_a_command_line_become_a_target() -> None:
    assert parse(["a.py", "-m", "x"]) == ProgramTarget(
        kind="script", name="a.py", arguments=("-m", "x")
    )
    assert parse(["-m", "p.q", "-c"]).words == ["-m", "p.q", "-c"]
    assert parse(["-mp", "x"]) == ProgramTarget(kind="module", name="p", arguments=("x",))
    assert parse(["-c", "print()"]).kind == "code"
    for words in ([], ["-m"], ["-c"]):
        with pytest.raises(UsageError, match=r"SCRIPT\.py, -m PACKAGE or -c CODE"):
            parse(words)
