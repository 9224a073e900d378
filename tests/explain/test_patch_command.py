"""`explain --patch` writes the fastest rewrite; `--no-advice` tries nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = '''"""A slow module."""
import numpy as np


def setup():
    return (np.random.default_rng(0).random((60, 50)),)


def total(a):
    """The sum of squares."""
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
    return s
'''


def explain(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        env=None,
    )


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@pytest.mark.slow
def test_the_patch_applies_and_the_function_stays_right(tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    file.write_text(MODULE)
    done = explain(
        "slow.py:total", "--setup", "setup", "-q", "--patch", "p.diff", folder=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "as fast" in done.stdout
    namespace: dict[str, object] = {}
    exec(MODULE, namespace)
    subprocess.run(["patch", "-p1", "-i", "p.diff"], cwd=tmp_path, check=True)
    changed: dict[str, object] = {}
    exec(file.read_text(), changed)
    assert file.read_text() != MODULE
    assert file.read_text().startswith(MODULE.partition("def total")[0].rstrip())
    (array,) = namespace["setup"]()  # type: ignore[operator]
    before, after = namespace["total"](array), changed["total"](array)  # type: ignore[operator]
    assert after == pytest.approx(before)


@pytest.mark.slow
def test_without_advice_nothing_is_tried(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(MODULE)
    done = explain("slow.py:total", "--setup", "setup", "-q", "--no-advice", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Advice" not in done.stdout
    both = explain("slow.py:total", "-q", "--no-advice", "--patch", "p.diff", folder=tmp_path)
    assert both.returncode == 2
    assert "--no-advice skips" in both.stderr
