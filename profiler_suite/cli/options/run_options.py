"""The command line of `run`: its own options end where the program begins."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import click

from profiler_suite.errors import UsageError

_TARGETS = ("-m", "-c")


class ProgramCommand(click.Command):
    """A command whose options end where the program begins, as the interpreter's do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Click's own, with the program's words out of its reach."""
        at = self._program_at(args)
        ends = args[at : at + 1] not in ([], ["--"])
        return super().parse_args(ctx, [*args[:at], "--", *args[at:]] if ends else args)

    def _program_at(self, args: Sequence[str]) -> int:
        """Where the program begins: at the first word that is no option and no value of one."""
        valued = {
            name
            for option in self.params
            if isinstance(option, click.Option) and not option.is_flag
            for name in option.opts
        }
        at = 0
        while at < len(args):
            word = args[at]
            if word == "--":
                return at
            if not word.startswith("-") or word.startswith(_TARGETS):
                return at
            at += 2 if word in valued else 1
        return len(args)


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """What was asked for on the command line; the field names are the options'."""

    program: tuple[str, ...]
    out: Path | None
    document: Path | None
    rate: float | None
    limit: float | None
    top: int
    budget: float
    once: bool
    tries: bool
    patch: Path | None
    force: bool
    quiet: bool

    @property
    def explains(self) -> bool:
        """Whether functions are explained: quiet, only for what is written of them."""
        return bool(self.top and (not self.quiet or self.document or self.patch or self.tries))

    def check(self) -> None:
        """Raise UsageError for options that exclude each other."""
        if not self.top and (self.tries or self.patch):
            raise UsageError(
                "--try and --patch need explained functions, and --top 0 explains none; leave "
                "one of them out"
            )
        if self.once and self.tries:
            raise UsageError(
                "--try runs the program again, and --once is to run it once; leave one of them "
                "out"
            )
        if self.once:
            from profiler_suite.measure.program.captured import NO_CATCHING, can_catch

            if not can_catch():
                raise UsageError(f"{NO_CATCHING}; leave --once out, or give --top 0")
