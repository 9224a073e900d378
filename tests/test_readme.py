"""Every command and option that the README shows exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = sorted(set(re.findall(r"python -m profiler_suite ([a-z][^`\n]*)", README)))


def test_the_readme_shows_commands() -> None:
    assert any(command.startswith("sweep") for command in COMMANDS)
    assert "<!-- command: tests -->" in README
    assert "<!-- command: sweep -->" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_and_option_is_known(command: str) -> None:
    name = command.split()[0]
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", name, "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    for option in re.findall(r"--[a-z-]+", command):
        assert option in done.stdout, f"{name} has no {option}"


def test_files_the_readme_links_to_are_there() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_python_examples_are_valid_python() -> None:
    for block in re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL):
        compile(block, "README.md", "exec")
