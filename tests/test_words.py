"""One word, one meaning: words that were retired do not come back."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "profiler_suite"
# Retired part of an identifier → what stands for it now.
IDENTIFIERS = {
    "account": "breakdown",
    "arm": "side",
    "book": "breakdown",
    "clean": "undisturbed",
    "launch": "worker",
    "launches": "workers",
    "ledger": "breakdown",
    "luck": "interference",
    "mood": "interference",
    "sighting": "sample",
    "turns": "iterations",
}
# Retired phrase in docstrings, messages, templates and documents → what is said instead.
PHRASES = {
    r"\bledgers?\b": "time breakdown",
    r"\b(the|of|its|their|these|no) books\b": "time breakdown",
    r"\b(good|slow|machine's|same|another) moods?\b": "interference",
    r"\b(good|bad) luck\b": "interference",
    r"\bboth arms\b|\barms? of\b": "sides, or their names",
    r"\b(clean) (visit|round|pair|sample|canar)": "undisturbed",
    r"\bmachine slow\b|\bslow mode\b": "interference, slowed",
    r"\b(an|each|one) accounts?\b|\baccount in a child": "time breakdown",
    r"\bfloors? of (each|good|the '|the second)": "baseline",
    r"\bclean share\b": "undisturbed",
    r"\ba launch\b|\blaunches\b": "worker process",
    r"\bcannot tell\b": "could not be judged",
    r"\bheld back by the work itself\b": "say by what",
    r"\bof attainable\b": "of that roof; for calls a share of the time",
    r"\bentered twice\b": "measured twice under two names",
    r"× less\b": "1/N of the time, or N× as fast",
    r"\b1 calls\b": "1 call",
}
# Names that are not ours, such as NumPy's. Keys of files that were written before stand in
# `rename=` alone.
NOT_OURS = {"arm", "armpl", "clean"}
SOURCES = sorted(
    path
    for pattern in ("*.py", "*.j2", "*.js")
    for path in PACKAGE.rglob(pattern)
    if path.relative_to(PACKAGE).parts[0] != "experiments"
)


def parts(name: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = set(spaced.split("_"))
    return words | {word.removesuffix("s") for word in words}


def identifiers(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.update(node.name.split("."))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_retired_word_comes_back(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".py":
        for name in sorted(identifiers(ast.parse(text)) - NOT_OURS):
            for old in parts(name) & IDENTIFIERS.keys():
                pytest.fail(f"{name}: {old} is {IDENTIFIERS[old]}")
        for old in parts(path.stem) & IDENTIFIERS.keys():
            pytest.fail(f"{path.name}: {old} is {IDENTIFIERS[old]}")
    check_phrases("\n".join(line for line in text.splitlines() if "rename=" not in line))


def check_phrases(text: str) -> None:
    for old, new in PHRASES.items():
        found = re.search(old, text, re.IGNORECASE)
        assert found is None, f"{found.group()!r} is {new}: line {line_of(text, found.start())}"


def line_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def test_a_retired_word_would_be_found() -> None:
    assert "mood" in parts("SlowMood") & IDENTIFIERS.keys()
    assert "ledger" in parts("ledgers_of") & IDENTIFIERS.keys()
    assert not parts("textbook_flop") & IDENTIFIERS.keys()
    for text in ("the ledger of one evaluation", "Ledgers of each function"):
        with pytest.raises(AssertionError, match="time breakdown"):
            check_phrases(text)


def test_no_class_name_stands_in_two_modules_and_none_is_a_past_participle() -> None:
    homes: dict[str, list[str]] = {}
    for path in SOURCES:
        if path.suffix != ".py":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                homes.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
    # The last word of a class name is a noun; these end like one that is not.
    participles = [n for n in homes if re.search(r"(?<![A-Za-z])[A-Z][a-z]+ed$", n)]
    assert [n for n in participles if len(re.findall("[A-Z]", n)) == 1] == []
