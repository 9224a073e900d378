"""The documents hold together: links, words, length, what becomes of each block."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, PAGES, README, ROOT, Block, blocks, commands, shape
from tests.test_words import check_phrases

EVERY = [*DOCUMENTS, ROOT / "CONTRIBUTING.md"]
CI = ROOT / ".ci" / "run"
BLOCKS = [(path, block) for path in DOCUMENTS for block in blocks(path)]


def name(value: object) -> str:
    if isinstance(value, Path):
        return value.name
    return f"line{value.line}" if isinstance(value, Block) else str(value)


def test_the_readme_is_read_in_some_minutes() -> None:
    assert 600 <= len(README.read_text().split()) <= 900


def test_the_usual_questions_are_answered_on_the_first_screens_of_their_page() -> None:
    first = (PAGES / "reading-the-report.md").read_text().split("\n## ")[0]
    assert len(re.findall(r"^\*\*.+\?\*\*", first, flags=re.MULTILINE)) == 8
    assert len(first.splitlines()) < 50


def test_the_readme_has_the_commands_that_ci_reads() -> None:
    marks = {block.mark for block in blocks(README)}
    assert {"command: sweep", "command: tests", "command: slow tests"} <= marks
    for mark in re.findall(r'command_of "?([a-z ]+)"?\)', CI.read_text()):
        assert f"command: {mark}" in marks


@pytest.mark.parametrize(("path", "block"), BLOCKS, ids=name)
def test_it_is_known_what_becomes_of_each_block(path: Path, block: Block) -> None:
    if block.language == "console":
        assert block.mark in ("", "slow")
        assert block.text.startswith("$ ")
    elif block.language == "python":
        compile(block.text, path.name, "exec")
        assert block.mark.startswith("file: ")
    elif block.language in ("toml", "yaml"):
        assert block.mark.startswith("file: ")
    elif block.language == "text":
        assert block.mark.startswith("from: ") or path.name == "commands.md"
    else:
        assert block.language == "sh"
        kind, _, what = block.mark.partition(": ")
        assert kind in ("command", "run by")
        assert kind == "command" or (ROOT / what).exists(), what


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def anchors(path: Path) -> set[str]:
    """As forges and the site's generator make them of headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading).strip().lower() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def test_pages_link_to_pages_only() -> None:
    for path in PAGES.glob("*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
            assert (PAGES / link).parent == PAGES, f"{path.name}: {link} is not on the site"


@pytest.mark.parametrize("path", EVERY, ids=name)
def test_no_retired_phrase_is_in_a_document(path: Path) -> None:
    # Keys of files that were written before keep their names, as code.
    check_phrases(re.sub(r"`[^`\n]*`", "", path.read_text()))


def test_every_cell_about_another_profiler_has_its_source() -> None:
    table = README.read_text().split("## Beside other profilers")[1].split("\n\n")[1]
    rows = table.splitlines()[2:]
    assert len(rows) == 6
    for row in rows:
        for cell in row.strip("|").split("|")[1:]:
            assert re.search(r"\]\(\S+\)", cell), row


def test_commands_and_their_outputs_are_told_apart() -> None:
    block = Block("", "console", "$ a --b\nsaid\nmore\n$ c\n", 1)
    assert [(each.command, each.output) for each in commands(block)] == [
        ("a --b", "said\nmore\n"),
        ("c", ""),
    ]


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("took 17.6 ms\n", "took 950 µs\n"),
        ("5 % of 1,024 points\n", "12 % of 9 points\n"),
        ("  a   1 ms   b\n", "  a  20.4 s  b\n"),
        ("one two\nthree\n", "one\ntwo three\n"),
        ("first\n...\nlast\n", "first\nanything\nat all\nlast\n"),
        ("...\nlast\n...\n", "last\n"),
        ("3.1 GFLOP/s (2.9 to 3.3)\n", "900 MFLOP/s (800 to 1000)\n"),
        (f"{'i' * 40}{'d' * 30}\n", f"{'i' * 10}{'a' * 60}\n"),
    ],
)
def test_other_numbers_are_the_same_output(said: str, printed: str) -> None:
    assert shape(said).fullmatch(printed)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("took 17.6 ms\n", "takes 17.6 ms\n"),
        ("first\nlast\n", "first\nmore\nlast\n"),
        ("first\n...\n", "second\nfirst\n"),
        ("a.b\n", "axb\n"),
        ("5 points\n", "five points\n"),
    ],
)
def test_other_words_are_another_output(said: str, printed: str) -> None:
    assert not shape(said).fullmatch(printed)
