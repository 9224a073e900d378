"""Numerical tests under other kernels and instruction sets than this processor's best.

OpenBLAS and NumPy choose their loops by the processor; both can be told to take those of an
older one. What is asserted of numbers must hold for each.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl

TESTS = Path(__file__).parent
# Kernels of OpenBLAS and what a processor must have to execute them, as Linux calls it.
CORES = {
    "Prescott": {"pni"},
    "Sandybridge": {"avx"},
    "Haswell": {"avx2", "fma"},
    "Zen": {"avx2", "fma"},
    "SkylakeX": {"avx512f", "avx512bw", "avx512dq", "avx512vl"},
}


def cpu_flags() -> set[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    found = (line.partition(":")[2] for line in text.splitlines() if line.startswith("flags"))
    return set(next(found, "").split())


def executable_cores() -> list[str]:
    """Kernels that OpenBLAS can be told to use here."""
    np.ones((2, 2)) @ np.ones((2, 2))
    if not any(e["internal_api"] == "openblas" for e in threadpoolctl.threadpool_info()):
        return []
    flags = cpu_flags()
    return [name for name, needed in CORES.items() if needed <= flags]


def feature_sets() -> dict[str, str]:
    """Name → what NumPy is to leave out, of what it chooses by the processor here."""
    try:
        from numpy._core._multiarray_umath import (  # type: ignore[import-not-found]
            __cpu_dispatch__,
            __cpu_features__,
        )
    except ImportError:
        return {}
    there = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    # From NumPy 2.4 on, X86_V4 is AVX-512 and X86_V3 is AVX2 with all that came with it.
    wide = [name for name in there if name.startswith(("AVX512", "X86_V4"))]
    sets = {"without AVX-512": wide, "without AVX2": there}
    return {name: " ".join(features) for name, features in sets.items() if features}


KERNELS = [{"OPENBLAS_CORETYPE": name} for name in executable_cores()]
FEATURES = [{"NPY_DISABLE_CPU_FEATURES": names} for names in feature_sets().values()]
# With the slow tests one of each kind, the others with the long ones.
MOST_UNLIKE = (*KERNELS[:1], *FEATURES[:1])
none = not (KERNELS or FEATURES)
pytestmark = pytest.mark.skipif(none, reason="here NumPy chooses nothing by the processor")


def pytest_under(setting: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", *arguments],
        capture_output=True,
        text=True,
        cwd=TESTS.parent,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), **setting},
    )
    assert done.returncode == 0, f"under {setting}:\n{done.stdout[-5000:]}{done.stderr}"
    assert " passed" in done.stdout


def numerical() -> list[str]:
    """Files whose tests say of themselves that they hold for every kernel."""
    mark = "pytest.mark." + "numerical"
    found = sorted(p for p in TESTS.rglob("test_*.py") if mark in p.read_text("utf-8"))
    return [str(path) for path in found if path != Path(__file__)]


def test_files_say_that_they_are_numerical() -> None:
    assert len(numerical()) >= 5


@pytest.mark.parametrize("setting", KERNELS[:3:2], ids=str)
def test_errors_are_within_their_bounds_under_unlike_kernels(setting: dict[str, str]) -> None:
    """One of them adds up in another order than the kernel that these tests were written on."""
    (file,) = (path for path in numerical() if path.endswith("test_minimal_filtering_error.py"))
    pytest_under(setting, file, "-k", "rounding_can_add_up or error_is_within_the_bound")


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param(each, marks=pytest.mark.slow if each in MOST_UNLIKE else pytest.mark.long)
        for each in (*KERNELS, *FEATURES)
    ],
    ids=str,
)
def test_all_numerical_tests_hold_under_every_kernel(setting: dict[str, str]) -> None:
    pytest_under(setting, *numerical(), "-m", "numerical and not slow and not long")
