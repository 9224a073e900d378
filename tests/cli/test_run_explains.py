"""`run` explains the functions where most may be spared, and tries their rewrites."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from profiler_suite.cli.run import run_command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="programs are run as on POSIX")
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """import numpy as np


class Smoother:
    def __init__(self, width):
        self.width = width

    def smooth(self, a):
        out = np.empty(len(a) - self.width)
        for i in range(len(out)):
            out[i] = np.mean(a[i:i + self.width])
        return out


a = np.linspace(0.0, 1.0, 30_000)
b = Smoother(8).smooth(a[:6_000])
total = np.zeros(30_000)
for i in range(30_000):
    total[i] = 3.0 * a[i] + 1.0
print(f"{total.sum():.6f} {b.sum():.6f}")
"""


# Between the findings: whole lines here, which a terminal replaces and cuts at its width.
PROGRESS = re.compile(r"it ended quickly|running |main\.py:.* left at most$")


@pytest.mark.long
@pytest.mark.timeout(700)
def test_a_method_and_a_loop_outside_of_functions_are_rewritten_and_tried(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(PROGRAM)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "profiler_suite", "run", "--try", "--patch", "p.diff"),
            *("--json", "found.json", "--budget", "120", "main.py"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUNBUFFERED": ""},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1, "what the other runs print is not heard"
    found = json.loads((tmp_path / "found.json").read_text())
    targets = {each["target"]: each for each in found["explained"]}
    loop = targets["main.py:lines 17 to 19"]
    assert "main.py:Smoother.smooth" in targets
    assert loop["explanation"]["advice"][0]["ratio"] > 5
    tried = found["with_rewrites"]["tried"]
    assert tried["difference"] == ""
    assert "Tried: with" in done.stderr
    assert (tmp_path / "main.py").read_text() == PROGRAM
    assert "-for i in range(30_000):" in (tmp_path / "p.diff").read_text()
    shown = [each for each in done.stderr.splitlines() if not PROGRESS.match(each)]
    assert max(map(len, shown)) <= 80


@pytest.mark.long
@pytest.mark.timeout(700)
def test_a_program_that_may_run_only_once_is_explained_by_calls_of_that_run(
    tmp_path: Path,
) -> None:
    longer = PROGRAM.replace("30_000", "100_000").replace("6_000", "30_000")
    (tmp_path / "main.py").write_text(
        f"with open('runs', 'a') as f:\n    f.write('x')\n{longer}raise SystemExit(3)\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "profiler_suite", "run", "--once"),
            *("--json", "found.json", "--budget", "240", "main.py"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80", "PYTHONUNBUFFERED": ""},
    )
    assert done.returncode == 3, done.stderr
    assert (tmp_path / "runs").read_text() == "x"
    assert done.stdout.count("\n") == 1
    found = json.loads((tmp_path / "found.json").read_text())
    targets = {each["target"]: each for each in found["explained"]}
    assert {"main.py:Smoother.smooth", "main.py:lines 19 to 21"} <= targets.keys()
    for target in ("main.py:Smoother.smooth", "main.py:lines 19 to 21"):
        assert targets[target]["explanation"], done.stderr
    assert any("caught in this very run" in each for each in found["missing"])


def test_nothing_of_a_program_that_fails_is_run_again(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "with open('runs', 'a') as f:\n    f.write('x')\n"
        "for i in range(3_000_000):\n    i * i\nraise SystemExit(3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", "run", "main.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 3
    assert "a program that fails is not run again" in done.stderr
    assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.parametrize("option", [["--try"], ["--patch", "p"]])
def test_rewrites_need_explanations(option: list[str]) -> None:
    done = CliRunner().invoke(run_command, ["--top", "0", *option, "x.py"])
    assert done.exit_code != 0
    assert "--top 0 explains none" in str(done.exception)


READS = """import sys

import numpy as np


def read():
    rows = []
    for line in sys.stdin:
        rows.append([float(v) for v in line.split(",")])
    return np.array(rows)


print(f"{read().sum():.3f}")
"""


@pytest.mark.slow
def test_what_reads_a_file_as_standard_input_is_explained_and_rewritten(
    tmp_path: Path,
) -> None:
    (tmp_path / "main.py").write_text(READS)
    (tmp_path / "in").write_text("1.5,2.5,3.5,4.5\n" * 100_000)
    with (tmp_path / "in").open() as given:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "profiler_suite", "run", "--try", "--json", "f.json"),
                *("--budget", "60", "--top", "1", "main.py"),
            ],
            stdin=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    assert done.stdout == "1200000.000\n", done.stderr
    found = json.loads((tmp_path / "f.json").read_text())
    (read,) = found["explained"]
    assert read["reason"] == ""
    assert any("sys.stdin" in each["source"] for each in read["explanation"]["advice"])
    assert found["with_rewrites"]["tried"]["difference"] == ""
