"""The selfcheck: measure what is known, judge, keep, show."""

import sys
from time import perf_counter
from typing import TYPE_CHECKING

import click

from profiler_suite.cli.progress import SURVEY, ProgressLine
from profiler_suite.cli.show import terminal_width, wants_color

if TYPE_CHECKING:
    from profiler_suite.model.run import SelfCheck

DEFECTS = 3
# All that is measured without interference of its own, also on a busy machine; what is measured
# beside it takes half a minute more.
_MOST_S = 70.0
_PHASES = (
    ("reading the clock",),
    ("where the time of known functions goes",),
    ("profiling lines",),
    ("preparing", "measuring"),
    *((f"beside {kind}",) for kind in ("busy loops", "memory hogs")),
)


@click.command(
    "selfcheck", short_help="Show how far off the suite's own numbers are on this machine."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def selfcheck_command(as_json: bool, quiet: bool) -> int:
    """Show how far off the suite's own numbers are here, and what changes it can detect.

    Takes about a minute and a half: measures functions whose true cost is known, and
    deliberate slow-downs, just as a sweep does, and some of them again beside busy loops and
    memory hogs that it starts and ends itself. Exit code 0 if only limits of the machine are
    exceeded (its noise) or interference may explain a miss; 3 if a number is wrong that should
    be right on any machine.
    """
    progress = ProgressLine(sys.stderr, quiet=quiet)
    found = _checked(progress)
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        from profiler_suite.report.terminal.selfcheck import screen

        click.echo(screen(found, terminal_width(), wants_color()))
    return DEFECTS if found.defects else 0


def _checked(progress: ProgressLine) -> "SelfCheck":
    from profiler_suite import __version__
    from profiler_suite.analysis.selfcheck.judge import judge
    from profiler_suite.analysis.statistics import estimate
    from profiler_suite.machine.kept import keep_baselines, keep_selfcheck, kept_baselines
    from profiler_suite.machine.survey import survey, survey_s
    from profiler_suite.measure.selfcheck.measuring import measure
    from profiler_suite.measure.selfcheck.plan import SelfCheckEffort

    begun = perf_counter()
    surveyed = (SURVEY,) if survey_s(coarse=True) else ()
    progress.phases((*surveyed, *_PHASES))
    machine = survey(coarse=True, progress=progress.say)
    try:
        evidence = measure(
            machine,
            kept_baselines(machine.fingerprint),
            estimate,
            SelfCheckEffort(total_s=_MOST_S - (perf_counter() - begun)),
            progress.say,
            progress.show,
        )
    finally:
        progress.clear()
    keep_baselines(machine.fingerprint, evidence.own_baselines_s)
    found = judge(evidence, __version__)
    if not keep_selfcheck(found):
        progress.keep(
            "warning: cannot write to the cache folder: later runs will not have this result"
        )
    return found
