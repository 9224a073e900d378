"""The option that loads plugins is read before all others."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from profiler_suite.cli.options.plugins import with_plugins
from profiler_suite.registry import PLUGINS


@with_plugins
@click.command()
@click.argument("word", required=False)
def command(word: str | None) -> None:
    """Say the word."""
    click.echo(f"word {word}")


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLUGINS, "")


def test_files_are_named_for_children_too_and_once_each(tmp_path: Path) -> None:
    import os

    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("")
    other.write_text("")
    words = ["--plugin", str(one), "x", "--plugin", str(other), "--plugin", str(one)]
    found = CliRunner().invoke(command, words)
    assert found.output == "word x\n"
    assert os.environ[PLUGINS].split(os.pathsep) == [str(one), str(other)]


@pytest.mark.parametrize("words", [["x"], ["--help"]])
def test_a_file_that_is_not_there_is_said_even_before_help(words: list[str]) -> None:
    found = CliRunner().invoke(command, ["--plugin", "missing.py", *words])
    assert "the plugin 'missing.py' does not exist" in str(found.exception)


def test_without_the_option_nothing_changes() -> None:
    assert CliRunner().invoke(command, []).output == "word None\n"
