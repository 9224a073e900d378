"""The exported file opens in line_profiler's own viewer."""

import subprocess
import sys
from pathlib import Path

from profiler_suite.measure.lines import lprof
from profiler_suite.model.rows import LineRecord
from profiler_suite.report import kinds

SOURCE = "def doubled(x):\n    y = x * 2\n    return y\n"


def row(file: Path, line: int, hits: int, time_s: float) -> LineRecord:
    return LineRecord(
        point="p",
        implementation="doubled",
        file=str(file),
        function="doubled",
        first_line=1,
        line=line,
        source=SOURCE.splitlines()[line - 1],
        hits=hits,
        time_s=time_s,
        evaluations=5,
    )


def test_the_viewer_shows_hits_and_times(tmp_path: Path) -> None:
    source = tmp_path / "doubled.py"
    source.write_text(SOURCE)
    path = tmp_path / "run.lprof"
    rows = [row(source, 2, 70, 1.5e-3), row(source, 3, 70, 0.5e-3), row(source, 1, 0, 0.0)]
    # As `export` writes it: the mark behind the pickle is for us alone.
    path.write_bytes(lprof.content(rows) + kinds.LPROF_MARK)
    done = subprocess.run(
        [sys.executable, "-m", "line_profiler", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert any("Function: doubled at line 1" in line for line in lines)
    second = next(line.split() for line in lines if "y = x * 2" in line)
    assert second[:3] == ["2", "70", "1500.0"]
    assert second[4] == "75.0"
    entry = next(line.split() for line in lines if "def doubled" in line)
    assert entry[:2] == ["1", "def"]
