"""The end of a sweep: the report is written, the summary printed, the exit code found."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import terminal_width, wants_color

if TYPE_CHECKING:
    from profiler_suite.analysis.frames import Run


def report_on(folder: Path, progress: ProgressLine, *, as_json: bool, strict: bool) -> int:
    """Write the report, print the summary; returns the exit code."""
    from profiler_suite.analysis.frames import load
    from profiler_suite.report.write import write_report

    progress.say("writing the report")
    try:
        run = load(folder)
        write_report(run, run.folder)
    except KeyboardInterrupt:
        progress.keep(f"interrupted; all is measured: python -m profiler_suite report {folder}")
        raise
    progress.clear()
    if as_json:
        import msgspec

        from profiler_suite.report.document import document

        click.echo(msgspec.json.format(msgspec.json.encode(document(run))).decode())
    else:
        from profiler_suite.report.terminal import summary

        click.echo(summary(run, terminal_width(), wants_color()))
    return exit_code(run, strict)


def exit_code(run: "Run", strict: bool) -> int:
    """3 when points failed, 4 when some are flagged and that matters, else 0."""
    if run.points["status"].isin(["wrong", "failed", "crashed", "timeout"]).any():
        return 3
    if strict and (run.points["flags"] != "").any():
        return 4
    return 0
