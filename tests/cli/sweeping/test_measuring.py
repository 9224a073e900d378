"""What a run's job is made from, and where its messages go."""

import io

import msgspec

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.sweeping.measuring import job_of, told
from profiler_suite.measure.planning.schedule import of_mode
from profiler_suite.model.rows import PassRecord
from profiler_suite.store import RunFolder, read_rows
from tests.report.known import known


def test_the_job_is_of_the_run_s_own_points_seed_and_baselines() -> None:
    origin = known().run.provenance
    found = job_of(origin, of_mode("quick"), ("/a.py",), afterwards_s=3.0)
    assert (found.points, found.seed) == (origin.points, origin.seed)
    assert dict(found.baselines_s) == dict(origin.baselines_s)
    assert (found.files, found.other_python, found.afterwards_s) == (("/a.py",), "", 3.0)
    other = msgspec.structs.replace(origin, seed=11)
    assert job_of(other, of_mode("quick"), ()).seed == 11


def test_rows_go_into_the_folder_and_warnings_stay_also_when_quiet(tmp_path: object) -> None:
    from pathlib import Path

    stream = io.StringIO()
    row = PassRecord(name="sweep", at_s=1.0, outcome="done")
    with RunFolder(Path(str(tmp_path))) as folder:
        tell = told(folder, ProgressLine(stream, quiet=True))
        tell.append(row)
        tell.say("not shown")
        tell.warn("the disk is slow")
    assert read_rows(Path(str(tmp_path))) == ([row], 0)
    assert stream.getvalue() == "warning: the disk is slow\n"
