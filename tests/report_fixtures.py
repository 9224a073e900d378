"""Reports of made-up runs, on disk."""

import dataclasses
from pathlib import Path

from profiler_suite.analysis.run.load import Run
from profiler_suite.report.write import write_report
from tests.fake_run import make_run


@dataclasses.dataclass(frozen=True)
class Written:
    """A report on disk and the run it shows."""

    run: Run
    folder: Path
    page: Path

    @property
    def html(self) -> str:
        return self.page.read_text(encoding="utf-8")


def write(folder: Path, *, copies: int = 1) -> Written:
    run = dataclasses.replace(make_run(copies=copies), folder=folder)
    return Written(run, folder, write_report(run, folder))
