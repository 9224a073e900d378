"""The generated pages are what the code says now, and the help of commands fits a screen."""

from importlib.metadata import version

import pytest

from docs import commands, counting, fields
from docs.__main__ import GENERATED, PAGES
from profiler_suite.measure.trace.work.conventions import ELEMENTWISE
from profiler_suite.model.rows import Visit

HELPS = commands.helps()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_page_is_current(name: str) -> None:
    if name == "commands.md" and tuple(map(int, version("click").split(".")[:2])) < (8, 2):
        pytest.skip("older versions of click write [[a|b]] where newer ones write [a|b]")
    text = (PAGES / name).read_text()
    assert text == GENERATED[name](), f"{name} is old: python -m docs"


def test_every_convention_is_on_its_page() -> None:
    text = counting.page()
    assert "every multiply-accumulate is 2" in text
    assert all(
        f"`{name}`" in text
        for each in ELEMENTWISE
        for name in each.operations
        if name[0] != "_"
    )


def test_meanings_come_from_the_nouns() -> None:
    assert "Minor page faults per evaluation." in fields._meanings(Visit)["minor_faults"]
    assert "| `sample_times_s` | list of number |" in fields.page()


@pytest.mark.parametrize("command", HELPS)
def test_the_help_of_a_command_fits_a_terminal(command: str) -> None:
    lines = HELPS[command].splitlines()
    assert len(lines) < 40
    assert max(len(line) for line in lines) <= 80


def test_no_command_is_described_by_half_a_sentence() -> None:
    listed = HELPS[""].partition("Commands:\n")[2].splitlines()
    assert len(listed) == len(HELPS) - 1
    assert [line for line in listed if not line.endswith((".", "?"))] == []
    assert [line for line in listed if line.endswith("...")] == []
