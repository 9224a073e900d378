"""The end of a sweep: the report is written, the summary printed, the exit code found."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.compare import REGRESSION, gate, show
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.cli.show import terminal_width, wants_color

if TYPE_CHECKING:
    from profiler_suite.analysis.run.load import Run


def report_on(
    folder: Path,
    progress: ProgressLine,
    *,
    as_json: bool,
    strict: bool,
    fail_on: float | None = None,
) -> int:
    """Write the report, print the summary; returns the exit code."""
    from profiler_suite.analysis.compare.paired import comparison_within
    from profiler_suite.analysis.run.load import load
    from profiler_suite.report.write import write_report

    progress.say("writing the report")
    try:
        run = load(folder)
        # A large run is millions of objects that stay; the collector need not visit them again.
        gc.freeze()
        _learn(run)
        found = comparison_within(run)
        write_report(run, run.folder, comparison=found, progress=progress.pace)
    except KeyboardInterrupt:
        progress.keep(
            f"interrupted; everything was measured: python -m profiler_suite report {folder}"
        )
        raise
    progress.clear()
    if as_json:
        import msgspec

        from profiler_suite.report.formats import comparison_document
        from profiler_suite.report.formats.document import document

        said = document(run)
        if found is not None:
            said["comparison"] = comparison_document.document(
                found, found.regressions(fail_on) if fail_on is not None else (), fail_on
            )
        click.echo(msgspec.json.format(msgspec.json.encode(said)).decode())
    else:
        from profiler_suite.report.terminal.listings import summary

        click.echo(summary(run, terminal_width(), wants_color()))
        if found is not None:
            click.echo()
            show(found, fail_on, strict=strict)
    code = exit_code(run, strict)
    judged = gate(found, fail_on, strict=strict) if found is not None else 0
    return judged if judged == REGRESSION else code or judged


def _learn(run: "Run") -> None:
    """Keep how code follows interference here, for the next run."""
    from profiler_suite.analysis.run.history import worth_keeping
    from profiler_suite.machine.kept import keep_exponents

    if not run.hosts:
        found = worth_keeping(run.provenance.points, run.history)
        if found:
            keep_exponents(run.provenance.machine.fingerprint, found)


def exit_code(run: "Run", strict: bool) -> int:
    """3 when points failed, 4 when some are flagged and that matters, else 0."""
    from profiler_suite.model.rows import BROKEN, Status

    tables = [host.points for host in run.hosts.values()] or [run.points]
    if any(t["status"].isin([Status.WRONG, *BROKEN]).any() for t in tables):
        return 3
    if strict and any((t["flags"] != "").any() for t in tables):
        return 4
    return 0
