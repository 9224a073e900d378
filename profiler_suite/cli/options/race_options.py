"""What `race` was asked for on the command line."""

import dataclasses
from pathlib import Path
from typing import Any

import click

from profiler_suite.cli.options.parameter import ParamType
from profiler_suite.errors import UsageError

WRITTEN = ("markdown", "json", "bencher", "github", "asv")


class WrittenAs(ParamType[tuple[str, Path]]):
    """A format and a file, as 'markdown=summary.md'."""

    name = "FORMAT=FILE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        """'markdown=summary.md' → ('markdown', Path('summary.md'))."""
        if isinstance(value, tuple):
            return value
        form, equals, file = str(value).partition("=")
        if not (equals and file and form in WRITTEN):
            self.fail(
                f"{value!r} is no format and file; try markdown=summary.md (formats: "
                f"{', '.join(WRITTEN)})",
                param,
                ctx,
            )
        return form, Path(file)


@dataclasses.dataclass(frozen=True)
class RaceOptions:
    """What was asked for on the command line; the field names are the options'."""

    targets: tuple[str, ...]
    setup: str
    threads: int
    threshold: float | None
    strict: bool
    no_breakdown: bool
    timeout: float
    html: Path | None
    base: str
    functions: Path | None
    tests: str
    any_answer: bool
    writes: tuple[tuple[str, Path], ...]
    annotations: bool
    force: bool
    as_json: bool
    quiet: bool

    def check(self) -> None:
        """Raise UsageError for what cannot be raced."""
        if self.functions or self.tests or self.any_answer or self.writes or self.annotations:
            raise UsageError(
                "--functions, --tests, --any-answer, --write and --annotations belong to "
                "--base REV"
            )
        if len(self.targets) < 2:
            raise UsageError(
                "a race needs two functions or more: race old.py:f new.py:f --setup setup"
            )
        for target in self.targets:
            if ":" not in target:
                raise UsageError(
                    f"{target!r} names no function; give MODULE:FUNCTION or "
                    "path/to/file.py:function"
                )
        twice = [each for each in self.targets[1:] if self.targets.count(each) > 1]
        if twice:
            raise UsageError(
                f"{twice[0]} is named twice; race a copy of its file to see how far the same "
                "code differs"
            )
        self.check_threads()

    def check_threads(self) -> None:
        """Raise UsageError for more threads than this process may use."""
        from profiler_suite.machine import cores

        allowed = cores.cores_allowed(cores.affinity_cpus(), cores.quota_cores())
        if not 1 <= self.threads <= allowed:
            raise UsageError(
                f"{self.threads} threads cannot be used: this process may use 1 to {allowed}; "
                f"choose --threads between 1 and {allowed}"
            )
