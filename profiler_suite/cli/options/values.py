"""Kinds of values that options of a sweep take: lists, settings, shards, seeds."""

from typing import Any

import click

from profiler_suite.cli.options.parameter import ParamType


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
