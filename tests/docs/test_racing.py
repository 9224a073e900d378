"""The examples of the page about races are what the suite reads: race.toml and the workflow."""

import shlex
from pathlib import Path

import pytest

from profiler_suite.cli.options.race_options import RaceOptions
from profiler_suite.cli.race import race_command
from profiler_suite.measure.race import functions_file
from tests.docs.documents import PAGES, blocks

FILES = {
    block.mark.removeprefix("file: "): block.text
    for block in blocks(PAGES / "racing.md")
    if block.mark.startswith("file: ")
}


def test_the_functions_file_of_the_page_is_read(tmp_path: Path) -> None:
    file = tmp_path / "race.toml"
    file.write_text(FILES["race.toml"])
    settings = functions_file.read(file)
    names = [each.name for each in functions_file.functions_of(settings)]
    assert names == ["mypackage.core:smooth", "distances of 60 points"]
    assert functions_file.shared(settings) == ("benchmarks/made.py",)


def test_the_workflow_of_the_page_gives_options_that_there_are() -> None:
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load(FILES[".github/workflows/race.yml"])
    steps = workflow["jobs"]["race"]["steps"]
    (command,) = [s["run"] for s in steps if "profiler_suite race" in s.get("run", "")]
    command = command.replace("${{ github.event.pull_request.base.sha }}", "0123abc")
    words = shlex.split(command)
    assert words[:4] == ["python", "-m", "profiler_suite", "race"]
    context = race_command.make_context("race", words[4:], resilient_parsing=False)
    request = RaceOptions(**context.params)
    assert request.base == "0123abc"
    assert request.annotations
    assert [form for form, _ in request.writes] == ["markdown", "json"]


@pytest.mark.parametrize("name", functions_file.GuardSettings.__struct_fields__)
def test_every_key_of_the_file_is_on_the_page(name: str) -> None:
    text = (PAGES / "racing.md").read_text()
    assert f"`{name}`" in text or f"[[{name}]]" in text
