"""The command that measures a point again."""

import shlex
from collections.abc import Callable
from typing import Any

from profiler_suite.model.run import Provenance
from profiler_suite.report.content.provenance import own_files
from profiler_suite.workloads import catalogue, short_forms

# Without these options of its sweep a point may not exist, or be another one.
_KEPT = (
    *(f"--{name}" for name in short_forms.OPTIONS),
    "--set",
    "--plugin",
    "--threads",
    "--dtype",
    "--implementations",
    "--seed",
    "--versus",
)


def commands(provenance: Provenance) -> Callable[[Any], str]:
    """What gives the shell command for a row of the points table of a run."""
    built_in = catalogue.built_in()
    files = own_files(provenance)
    mode = [f"--{provenance.mode}"] if provenance.mode in ("quick", "full") else []
    options = [*mode, *_options(provenance.command)]

    def command(row: Any) -> str:
        own = [] if row.experiment in built_in else files
        words = ["python", "-m", "profiler_suite", "sweep", *own, "--point", str(row.id)]
        return shlex.join([*words, *options])

    return command


def _options(sweep: tuple[str, ...]) -> list[str]:
    """The options of a sweep that decide which points it has, as they were given."""
    found: list[str] = []
    for at, word in enumerate(sweep):
        option, joined, value = word.partition("=")
        if option in _KEPT:
            if joined:
                found += [option, value]
            else:
                found += [option, *sweep[at + 1 : at + 2]]
    return found
