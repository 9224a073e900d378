"""What was asked for on the command line, and how its values are read."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from profiler_suite.cli.parameter import ParamType
from profiler_suite.workloads import short_forms


class WholeNumbers(ParamType[tuple[int, ...]]):
    """A list of whole numbers such as '8,16,32'."""

    name = "N[,N…]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """'8,16' → (8, 16)."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not a list of whole numbers; try 8,16,32", param, ctx)


class NameList(ParamType[tuple[str, ...]]):
    """A list of names such as 'loop,taps'."""

    name = "NAME[,NAME…]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """'loop, taps' → ('loop', 'taps')."""
        if isinstance(value, tuple):
            return value
        return tuple(part.strip() for part in str(value).split(",") if part.strip())


class Setting(ParamType[tuple[str, tuple[int, ...]]]):
    """A dimension and its values, such as 'height=8,16'."""

    name = "NAME=N[,N…]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int, ...]]:
        """'height=8,16' → ('height', (8, 16))."""
        if isinstance(value, tuple):
            return value
        name, equals, values = str(value).partition("=")
        if not (name.strip() and equals):
            self.fail(f"{value!r} sets nothing; try height=8,16", param, ctx)
        return name.strip(), WholeNumbers().convert(values, param, ctx)


class Shard(ParamType[tuple[int, int]]):
    """One of several parts, such as '3/16'."""

    name = "I/N"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """'3/16' → (3, 16)."""
        if isinstance(value, tuple):
            return value
        number, _, of = str(value).partition("/")
        if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
            return int(number), int(of)
        return self.fail(
            f"{value!r} is not a shard; give its number and how many there are, such as 3/16",
            param,
            ctx,
        )


class SeedNumber(ParamType[int]):
    """A random seed."""

    name = "N"
    _MOST = 2**63 - 1

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """'7' → 7."""
        if str(value).isdecimal() and int(value) <= self._MOST:
            return int(value)
        return self.fail(
            f"{value!r} is no seed; give a whole number from 0 to {self._MOST:,}", param, ctx
        )


@dataclasses.dataclass(frozen=True)
class SweepRequest:
    """What was asked for on the command line; the field names are the options'."""

    experiments: tuple[str, ...]
    mode: str | None
    out: Path | None
    dims: dict[str, tuple[int, ...]]
    """Of `--set` and its short forms: name → values."""
    threads: tuple[int, ...]
    dtype: tuple[str, ...]
    implementations: tuple[str, ...]
    seed: int | None
    dry_run: bool
    only_flagged: bool
    shard: tuple[int, int] | None
    scheduler: str
    hosts: str
    versus: Path | None
    fail_on: float | None
    strict: bool
    as_json: bool
    quiet: bool
    point: tuple[str, ...] = ()
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    wait: float | None = None
    """Seconds a scheduler and a worker are waited for; None: as long as usual."""


def requested(options: Mapping[str, Any]) -> SweepRequest:
    """The request that the options of a sweep make, short forms put where `--set` goes."""
    short = {name: options[name] for name in short_forms.OPTIONS if options[name]}
    own = {name: value for name, value in options.items() if name not in short_forms.OPTIONS}
    return SweepRequest(dims=short | dict(own.pop("settings")), **own)
