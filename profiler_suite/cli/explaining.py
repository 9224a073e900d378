"""What every command that explains a function shares: the machine, the effort, a first look."""

from typing import TYPE_CHECKING

from profiler_suite.cli.progress import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from profiler_suite.measure.explain.records import ExplainEffort, FunctionRecord
    from profiler_suite.model.machine import Machine


def machine_of(progress: ProgressLine) -> "Machine":
    """The machine as it is kept, or measured now."""
    from profiler_suite.machine.survey import survey

    machine = survey(coarse=True, progress=progress.say)
    progress.clear()
    return machine


def effort_for(machine: "Machine", *, hurried: bool = False) -> "ExplainEffort":
    """How long each pass may take, with what is known of the machine.

    Hurried, for a breakdown and advice alone: whose code runs, threads, expressions and the
    inside of calls are for those who explain a function of their own.
    """
    from profiler_suite.machine.kept import kept_baselines
    from profiler_suite.measure.explain.records import ExplainEffort

    effort = ExplainEffort(
        baselines_s=kept_baselines(machine.fingerprint),
        last_cache_bytes=float(machine.facts.last_cache_bytes),
        memory_bytes=float(machine.facts.memory_bytes),
    )
    if not hurried:
        return effort
    import msgspec

    return msgspec.structs.replace(
        effort,
        timing_s=0.7,
        replay_s=0.3,
        sample_s=0.2,
        most_looks=0,
        lines_s=0.0,
        layers_s=0.0,
        threads_s=0.0,
        memory_s=0.0,
        trial_s=0.6,
    )


def import_analysis() -> None:
    """Import what a first look and advice need, while a function loads in its own process."""
    import importlib

    from profiler_suite.analysis.explain.rules import registry

    importlib.import_module("profiler_suite.analysis.explain.explanation")
    registry.catalogue()


def import_page() -> None:
    """Import what the answer is written with, while a process for trials loads the function."""
    import importlib

    importlib.import_module("profiler_suite.report.terminal.explanation")


def first_look(
    machine: "Machine", effort: "ExplainEffort", progress: ProgressLine
) -> "Callable[[FunctionRecord], None] | None":
    """Says what is known of a function while the passes over it go on; None when quiet."""
    if progress.quiet:
        return None
    from profiler_suite.analysis.explain.explanation import Explanation
    from profiler_suite.report.terminal.first_look import words

    def show(record: "FunctionRecord") -> None:
        progress.remark(words(Explanation(record, machine, None, effort.baselines_s)))

    return show
