"""Every command of the documents runs, and prints what stands below it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, Block, blocks, commands, shape

WITH_COMMANDS = [
    path for path in DOCUMENTS if any(block.language == "console" for block in blocks(path))
]


def environment(folder: Path) -> dict[str, str]:
    """As a reader has it: `python` is this one, the terminal 80 columns wide."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    tools = folder / ".bin"
    tools.mkdir()
    python = tools / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return kept | {
        "PATH": f"{tools}{os.pathsep}{kept.get('PATH', '')}",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]),
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }


def run(block: Block, document: Path, folder: Path, variables: dict[str, str]) -> None:
    for each in commands(block):
        done = subprocess.run(
            each.command,
            shell=True,
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        printed = done.stderr if each.output.startswith("error: ") else done.stdout
        if "profiler_suite run" in each.command:
            printed += done.stderr  # what it says does not mix with the program's output
        assert shape(each.output).fullmatch(printed), (
            f"{document.name}, line {block.line}: $ {each.command}\n"
            f"prints\n{printed}\nwhere the document has\n{each.output}\n{done.stderr[-2000:]}"
        )
        wanted = {2} if each.output.startswith("error: ") else {0, 3}
        assert done.returncode in wanted, done.stderr


def run_all(document: Path, folder: Path, *, slow: bool) -> None:
    variables = environment(folder)
    for block in blocks(document):
        if block.mark.startswith("file: "):
            file = folder / block.mark.removeprefix("file: ")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
        elif block.language == "console" and (slow or block.mark != "slow"):
            run(block, document, folder, variables)


@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.stem)
def test_commands_that_measure_nothing(document: Path, tmp_path: Path) -> None:
    run_all(document, tmp_path, slow=False)


@pytest.mark.long
@pytest.mark.measures
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("document", WITH_COMMANDS, ids=lambda path: path.stem)
def test_all_commands(document: Path, tmp_path: Path) -> None:
    run_all(document, tmp_path, slow=True)
