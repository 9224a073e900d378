"""pytest with our plugin: nothing unless asked for, then tests are ranked and explained."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENTRY_POINT = "profiler_suite"
INSTALLED = {point.name for point in entry_points(group="pytest11")}
OWN = """import numpy as np


def smooth(a, k):
    out = np.zeros(len(a) - k)
    for i in range(len(a) - k):
        out[i] = np.sum(a[i:i + k])
    return out
"""
TESTS = """import numpy as np
import pytest

import own


@pytest.fixture
def a():
    return np.linspace(0, 1, 30_000)


def test_smooth(a):
    assert own.smooth(a, 5).shape == (29_995,)


@pytest.mark.overhead_share(max=0.2)
def test_limited(a):
    own.smooth(a[:100], 5)


@pytest.mark.page_faults(max=1000)
def test_quick():
    assert sum(range(100)) == 4950


def test_has_a_fixture(explain, a):
    assert callable(explain)
"""


def under_pytest(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    (folder / "own.py").write_text(OWN)
    (folder / "test_own.py").write_text(TESTS)
    # Where the package is installed its entry point brings the plugin; twice is refused.
    ours = () if ENTRY_POINT in INSTALLED else ("-p", "profiler_suite.pytest_plugin")
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *ours, *options),
            *("-q", "--strict-markers", "-p", "no:cacheprovider", "-p", "no:xdist"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=250,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(folder)))},
    )


def test_without_its_option_tests_run_as_always(tmp_path: Path) -> None:
    done = under_pytest(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout
    assert "where the time" not in done.stdout


def test_loading_it_imports_nothing_that_is_slow() -> None:
    code = (
        "import sys, profiler_suite.pytest_plugin\n"
        "print([m for m in ('numpy', 'pandas', 'msgspec', 'click') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.long
def test_the_slowest_call_is_explained_and_limits_are_held(tmp_path: Path) -> None:
    done = under_pytest(tmp_path, "--explain", "--explain-top", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 3 passed" in done.stdout
    assert "overhead_share of a call is" in done.stdout
    ranked = done.stdout.split("where the time of the tests goes")[1]
    assert ranked.index("::test_smooth") < ranked.index("::test_quick")
    assert "    smooth: " in ranked
    assert "× as fast" in ranked
    assert "-        out[i] = np.sum(a[i:i + k])" in ranked


def test_a_marker_takes_one_number(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text(
        "import pytest\n\n@pytest.mark.page_faults(most=3)\ndef test_it():\n    pass\n"
    )
    done = under_pytest(tmp_path, "--explain", "test_wrong.py")
    assert done.returncode != 0
    assert "takes one number, max" in done.stdout + done.stderr
