"""The yardstick in C is compiled and right for processors of every vector width."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from profiler_suite.machine.examining.bandwidth import arena
from tests.benchmarks.ceilings_against_c import ELEMENT_BYTES, KINDS, WIDTHS, CProbe, compiled

SOURCE = Path(__file__).parent / "benchmarks" / "ceilings.c"
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs apt-get install gcc")
X86 = platform.machine() in ("x86_64", "AMD64")
# Without AVX, with AVX2, with AVX-512; whatever this one is.
PROCESSORS = ["x86-64", "haswell", "skylake-avx512", "native"] if X86 else ["native"]


@needs_gcc
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("processor", PROCESSORS)
def test_it_compiles_without_a_word_for_every_processor(
    processor: str, width: int, tmp_path: Path
) -> None:
    options = ["-O3", f"-march={processor}", f"-DVECTOR_BYTES={width}", "-Wall", "-Wno-psabi"]
    command = ["gcc", *options, "-c", "-fPIC", "-o", str(tmp_path / "out.o"), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@needs_gcc
def test_every_loop_runs_here(tmp_path: Path) -> None:
    for width in WIDTHS:
        library = compiled(tmp_path, width)
        for kind in KINDS:
            probe = CProbe(library, width, kind, 512, [arena(2**16)])
            assert probe.seconds() > 0
            assert probe.work >= 512 * min(ELEMENT_BYTES.values())
