"""A command line's own kind of value is one that click takes."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from profiler_suite.cli.options.parameter import ParamType


class Even(ParamType[int]):
    """An even number."""

    name = "EVEN"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """'4' → 4."""
        number = int(value)
        return number if number % 2 == 0 else self.fail(f"{value} is odd", param, ctx)


@click.command()
@click.option("--count", type=Even(), default=2)
def command(count: int) -> None:
    """Say the count."""
    click.echo(repr(count))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [([], 0, "2\n"), (["--count", "4"], 0, "4\n"), (["--count", "3"], 2, "3 is odd")],
)
def test_a_kind_named_by_what_it_becomes_converts_and_refuses(
    words: list[str], code: int, said: str
) -> None:
    found = CliRunner().invoke(command, words)
    assert found.exit_code == code
    assert said in found.output


def test_its_name_stands_in_the_help() -> None:
    assert "EVEN" in CliRunner().invoke(command, ["--help"]).output
