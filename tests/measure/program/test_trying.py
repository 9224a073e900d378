"""A program with rewritten files runs beside itself, and its files stay as they are."""

import os
import sys
from pathlib import Path

import pytest

from profiler_suite.measure.explain.answers.printed_text import same_text
from profiler_suite.measure.program.elsewhere import InputPlace, streams
from profiler_suite.measure.program.request import parse
from profiler_suite.measure.program.trying import ProgramTrial, try_program

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are run as on POSIX")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (b"total 1.0\n", b"total 1.0\n", True),
        (b"total 0.30000000000000004\n", b"total 0.3\n", True),
        (b"total 1.0\n", b"total 1.1\n", False),
        (b"total 1.0\n", b"sum 1.0\n", False),
        (b"1 2", b"1", False),
        (b"a-1e-3b", b"a-1.0e-3b", True),
        (b"count 12345678", b"count 12345679", False),
        (b"count 007", b"count +7", True),
        (b"total 12345678.0", b"total 12345678.1", True),
    ],
)
def test_outputs_are_the_same_up_to_rounding(one: bytes, other: bytes, same: bool) -> None:
    assert same_text(one, other) is same


def tried(folder: Path, changed: dict[str, str], *words: str) -> ProgramTrial:
    files = {str((folder / name).resolve()): text for name, text in changed.items()}
    return try_program(parse(words), files, InputPlace())


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "main.py").write_text(
        "import sys\nfrom pathlib import Path\nimport part\n\n"
        "if __name__ == '__main__':\n"
        "    print(part.value(), Path(__file__).with_name('data.txt').read_text())\n"
        "    print(Path(part.__file__).read_text() == part.text())\n"
    )
    (tmp_path / "part.py").write_text(
        "from pathlib import Path\n\ndef value():\n    return 0.1 + 0.2\n\n"
        "def text():\n    return Path(__file__).read_text()\n"
    )
    (tmp_path / "data.txt").write_text("data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_module_is_read_from_its_copy_and_keeps_its_name(program: Path) -> None:
    text = (program / "part.py").read_text()
    found = tried(program, {"part.py": text.replace("0.1 + 0.2", "0.3")}, "main.py")
    assert found.difference == ""
    assert found.rounded
    assert len(found.before_s) == len(found.after_s) == 3
    assert (program / "part.py").read_text() == text
    assert not list(program.rglob("*.orig"))


def test_a_script_is_run_in_a_copy_of_its_folder(program: Path) -> None:
    text = (program / "main.py").read_text()
    found = tried(program, {"main.py": text.replace("value()", "value() * 1")}, "main.py")
    assert found.difference == ""
    assert (program / "main.py").read_text() == text
    assert sorted(each.name for each in program.iterdir() if each.suffix) == [
        "data.txt",
        "main.py",
        "part.py",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("return 0.4", "it printed something else"),
        ("raise SystemExit(4)", "it ended with exit code 4 instead of 0"),
    ],
)
def test_what_differs_is_said(program: Path, change: str, said: str) -> None:
    text = (program / "part.py").read_text().replace("return 0.1 + 0.2", change)
    assert tried(program, {"part.py": text}, "main.py").difference == said


def test_a_program_that_is_never_the_same_is_not_compared(program: Path) -> None:
    code = "import time; print(time.perf_counter_ns())"
    found = tried(program, {"part.py": "x = 1\n"}, "-c", code)
    assert "differs from run to run" in found.difference


@pytest.mark.parametrize(
    ("changed", "varies", "difference"),
    [("0.3", True, ""), ("0.4", False, "it printed something else")],
)
def test_seconds_that_it_took_are_not_compared_and_the_rest_is(
    program: Path, changed: str, varies: bool, difference: str
) -> None:
    main = program / "main.py"
    main.write_text(
        "import part, time\nstart = time.perf_counter()\ntime.sleep(0.001)\n"
        "print(time.perf_counter() - start, part.value())\n"
    )
    text = (program / "part.py").read_text().replace("0.1 + 0.2", changed)
    found = tried(program, {"part.py": text}, "main.py")
    assert (found.varies, found.difference) == (varies, difference)


def test_input_that_is_a_file_is_read_again_and_output_goes_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("hello\n")
    (tmp_path / "prog.py").write_text(
        "import os, sys\n"
        "from profiler_suite.measure.program.elsewhere import InputPlace, streams\n"
        "place = InputPlace()\n"
        "out = os.open('out', os.O_WRONLY | os.O_CREAT)\n"
        "for _ in range(2):\n"
        "    place.go_back()\n"
        "    with streams(out, out):\n"
        "        os.system('cat')\n"
        "print('mine')\n"
    )
    import subprocess

    with (tmp_path / "in").open() as given:
        done = subprocess.run(
            [sys.executable, "prog.py"],
            stdin=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        )
    assert done.stdout == "mine\n", done.stderr
    assert (tmp_path / "out").read_text() == "hello\nhello\n"
    assert callable(streams)
