"""The documents for readers: their fenced blocks, and how an output is compared.

Before a block a comment says what becomes of it: `<!-- slow -->` (its commands measure),
`<!-- file: NAME -->` (it is written to that file), `<!-- command: NAME -->` (CI runs it),
`<!-- run by: TEST -->` (that test runs it), `<!-- from: … -->` (an output alone).
"""

import dataclasses
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "pages"
README = ROOT / "README.md"
DOCUMENTS = (README, *sorted(PAGES.glob("*.md")))
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)
# A number with its sign and its unit; times and sizes change their prefix.
_NUMBER = r"[-+−±]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"
_TIME = rf"{_NUMBER} (?:ns|µs|ms|s)\b"
_SIZE = rf"{_NUMBER} (?:B|KiB|MiB|GiB)\b"
_RATE = rf"{_NUMBER} [kMGT]?(?:FLOP/s|B/s)"


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    mark: str
    language: str
    text: str
    line: int


@dataclasses.dataclass(frozen=True)
class Command:
    """A command and what it is said to print."""

    command: str
    output: str


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a document."""
    text = document.read_text(encoding="utf-8")
    return [
        Block(
            found["mark"] or "",
            found["language"],
            found["text"],
            1 + text.count("\n", 0, found.start("language")),
        )
        for found in _BLOCK.finditer(text)
    ]


def commands(block: Block) -> list[Command]:
    """The commands of a console block, each with the lines below it."""
    found: list[Command] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Command(line[2:].rstrip("\n"), ""))
        else:
            found[-1] = dataclasses.replace(found[-1], output=found[-1].output + line)
    return found


def shape(output: str) -> re.Pattern[str]:
    """What an output must look like: any number for a number, any text for a line of `...`.

    Lines may be broken elsewhere, as longer numbers make them. A bar of letters may have
    other lengths.
    """
    masks = (
        (_RATE, rf"{_NUMBER}\s+[kMGT]?(?:FLOP/s|B/s)"),
        (_TIME, rf"{_NUMBER}\s+(?:ns|µs|ms|s)"),
        (_SIZE, rf"{_NUMBER}\s+(?:B|KiB|MiB|GiB)"),
        (_NUMBER, _NUMBER),
        (r"\b[idmcar]{30,}", r"[idmcar]{30,}"),
    )
    kinds = re.compile("|".join(f"({mask})" for mask, _ in masks))
    parts, any_text = [], ""
    for line in output.splitlines():
        if line.strip() == "...":
            any_text = r".*?"
            continue
        for word in re.split(r"  +", line.strip()):
            masked, at = "", 0
            for found in kinds.finditer(word):
                masked += re.escape(word[at : found.start()])
                masked += masks[(found.lastindex or 1) - 1][1]
                at = found.end()
            masked += re.escape(word[at:])
            parts.append(any_text + masked.replace(r"\ ", r"\s+") if word else "")
            any_text = ""
    return re.compile(r"\s*" + r"\s*".join(parts) + any_text + r"\s*", flags=re.DOTALL)
