"""A function is explained by a call that a program makes of it, wherever it is defined."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = '''"""A program as one writes it."""
import sys

import numpy as np


class Model:
    def __init__(self, n):
        self.weights = np.arange(float(n))

    def fit(self, x):
        total = 0.0
        for i in range(len(x)):
            total += x[i] * self.weights[i]
        return total


def values(x):
    for each in x:
        yield 2 * each


def scaled(factor):
    def inner(x):
        return sum(factor * each for each in x)

    return inner


def main():
    model = Model(500)
    x = np.linspace(0, 1, 500)
    for n in range(100, 500, 100):
        model.fit(x[:n])
        list(values(x[:n]))
        scaled(n)(x[:n])


if __name__ == "__main__":
    print("program output", sys.argv[1:])
    main()
    squares = []
    for i in range(300):
        squares.append(i * i)
    print(len(squares))
    sys.exit(3)
'''


LOOP = 1 + PROGRAM.splitlines().index("    for i in range(300):")


def explain(
    folder: Path, cache: Path, target: str, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", target, *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PROFILER_SUITE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        timeout=200,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("program")
    (path / "work.py").write_text(PROGRAM)
    # A neighbour with the name of a module that the suite needs.
    (path / "app").mkdir()
    (path / "app" / "msgspec.py").write_text("raise RuntimeError('not yours')\n")
    (path / "app" / "work.py").write_text(PROGRAM)
    return path


@pytest.mark.long
@pytest.mark.parametrize(
    ("target", "argument", "said"),
    [
        ("work.py:Model.fit", "self Model", "of 4"),
        ("work.py:values", "x float64", "it returns an iterator"),
        ("work.py:scaled.inner", "x float64", "of 4"),
        ("work:main", "", "only call"),
        (f"work.py:{LOOP}", "squares list of 0", ""),
        ("app/work.py:Model.fit", "self Model", "of 4"),
    ],
)
def test_a_call_of_a_program_is_explained(
    folder: Path, cache: Path, target: str, argument: str, said: str
) -> None:
    program = "app/work.py" if target.startswith("app/") else "work.py"
    given = ("--from", f"{program} --flag 1", "--json", "--no-advice", "--budget", "5")
    ended = explain(folder, cache, target, *given)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert any(each.startswith(argument) for each in found["arguments"]) or not argument
    assert any(said in note for note in found["notes"]) or not said
    assert Path(found["file"]).name == "work.py"
    assert found["lines"]
    assert "program output ['--flag', '1']" in ended.stderr
    assert "exit code 3" in ended.stderr


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.slow
def test_the_rewrite_of_lines_of_a_script_is_a_patch_of_the_script(
    folder: Path, cache: Path
) -> None:
    script = folder / "flat.py"
    script.write_text(
        "import numpy as np\n\na = np.linspace(0, 1, 3000)\nout = np.empty(3000)\n"
        "for i in range(3000):\n    out[i] = 2 * a[i] + 1\nprint(out.sum())\n"
    )
    plain = subprocess.run([sys.executable, script], capture_output=True, text=True)
    diff = folder / "flat.diff"
    given = ("--from", "flat.py", "--patch", str(diff))
    ended = explain(folder, cache, "flat.py:6", *given)
    assert ended.returncode == 0, ended.stderr
    applied = subprocess.run(
        ["patch", "-p1", "-i", diff], cwd=folder, capture_output=True, text=True
    )
    assert applied.returncode == 0, applied.stdout
    assert "for i" not in script.read_text()
    again = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert float(again.stdout) == pytest.approx(float(plain.stdout))


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("work.py:Model.fti", ("--from", "work.py"), "did you mean 'Model.fit'"),
        ("work.py:values", ("--from", "-c pass"), "was not called while `-c pass` ran"),
        ("work.py:values", ("--from", "'open"), "cannot be split into words"),
        ("work.py:values", ("--from", "work.py", "--setup", "f"), "cannot be combined"),
        ("work.py", (), "profiler_suite run work.py"),
        ("work.py:Model.fit", (), "--from"),
    ],
)
def test_what_cannot_be_caught_is_said_in_one_sentence(
    folder: Path, cache: Path, target: str, options: tuple[str, ...], said: str
) -> None:
    ended = explain(folder, cache, target, *options)
    assert ended.returncode in (2, 3)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
