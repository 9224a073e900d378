"""`explain --what-if` as a person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from profiler_suite.measure.explain.ways.installed import is_installed
from profiler_suite.model.way import WayKind

ROOT = Path(__file__).resolve().parents[2]
MODULE = '''"""A recurrence, a product and an exponential."""
import numpy as np


def setup():
    rng = np.random.default_rng(0)
    return rng.random((80, 60)), rng.random((60, 80))


def mixed(a, b):
    """A product whose rows decay."""
    c = a @ b
    out = np.zeros(len(c))
    for i in range(1, len(c)):
        out[i] = 0.5 * out[i - 1] + c[i, i]
    return np.exp(-out) + np.convolve(out, [1.0, 2.0], "same")
'''


def explain(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "mixed.py").write_text(MODULE)
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", "mixed.py:mixed", *arguments, "-q"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=280,
    )


@pytest.mark.slow
def test_each_way_has_a_verdict_and_a_ratio_or_a_reason(tmp_path: Path) -> None:
    done = explain("--setup", "setup", "--no-advice", "--json", "--what-if", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    ways: list[dict[str, Any]] = json.loads(done.stdout)["what_if"]
    kinds = {each["way"]["kind"] for each in ways}
    assert {"float32", "threads"} & kinds == ({"float32", "threads"} & kinds or {"float32"})
    assert kinds >= {kind.value for kind in WayKind if is_installed(kind)} - {"threads"}
    for each in ways:
        assert each["headline"]
        assert (each["ratio"] is None) == (each["verdict"] == "not measured")
        if each["ratio"]:
            assert each["ratio"]["low"] <= each["ratio"]["ratio"] <= each["ratio"]["high"]
            assert each["largest_error"] <= each["bound"]
        else:
            assert each["reason"]
    by_kind = {each["way"]["kind"]: each for each in ways}
    assert 0 < by_kind["float32"]["largest_error"] < 1e-4
    if is_installed(WayKind.NUMBA):
        # A loop over eighty elements; compiling it takes longer than thousands of calls.
        assert by_kind["numba"]["break_even_calls"] is None or (
            by_kind["numba"]["break_even_calls"] > 1
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--what-if", "float23"), "did you mean 'float32'?"),
        (("--what-if", "torch:"), "names no accelerator"),
    ],
)
def test_what_is_no_way_is_a_mistake(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = explain("--setup", "setup", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
