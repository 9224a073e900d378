"""Explains a question's reproduction in a process of its own and makes the pages."""

import dataclasses
import importlib.resources
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from experiments.gallery import FOLDER, FamousQuestion
from profiler_suite import units
from profiler_suite.report.drawing.style import ENTRY_COLOURS, css_variables, variables

ROOT = FOLDER.parents[1]
LARGEST_PAGE_BYTES = 400_000
# The question in front of a page that has one already.
_BLOCK = re.compile(r'<main>\s*<section aria-labelledby="question">.*?</section>', re.DOTALL)


class NotExplainedError(Exception):
    """A reproduction whose cause was not found here, or whose remedy was not faster."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What was found for one question on one machine; it is kept as JSON beside the pages."""

    name: str
    time_s: float
    shares: dict[str, float]
    """Entry of the time breakdown → its share of the time."""
    rule: str
    advice: str
    ratio: float
    low: float
    high: float
    before: str
    after: str
    disturbed: str
    """Why its times are doubtful; empty where they are not."""
    made_on: str


def explained(question: FamousQuestion, page: Path) -> dict[str, Any]:
    """The document of `explain`, whose page is written to the file."""
    target = f"experiments/gallery/{question.name}.py:{question.function}"
    words = ["explain", target, "--setup", "setup", "--json", "-q", "--force"]
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", *words, "--html", str(page)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotExplainedError(f"{question.name}: {done.stderr.strip()}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def finding(question: FamousQuestion, document: dict[str, Any]) -> Finding:
    """The cause, as expected, and its best remedy; NotExplainedError without either."""
    advice = [
        each for each in document["advice"] if each["kind"] in (*question.rules, "together")
    ]
    rules = {each["kind"] for each in document["advice"]}
    if not rules & set(question.rules):
        raise NotExplainedError(
            f"{question.name}: none of {', '.join(question.rules)} was found, but "
            f"{', '.join(sorted(rules)) or 'nothing'} ({' '.join(document['not_advised'])})"
        )
    timed = [each for each in advice if each["measured_on"] == "function" and each["low"] > 1]
    if not timed:
        raise NotExplainedError(
            f"{question.name}: its cause was found, and no remedy was faster"
        )
    best = timed[0]  # the largest gain first, and hints after what can be typed
    entries = (document["breakdown"] or {"entries": {}})["entries"]
    return Finding(
        name=question.name,
        time_s=document["time"]["time_s"],
        shares={name: each["share"] for name, each in entries.items()},
        rule=best["kind"],
        advice=best["title"],
        ratio=best["ratio"],
        low=best["low"],
        high=best["high"],
        before="\n".join(before for _, before, _ in best["lines"] if before),
        after="\n".join(after for _, _, after in best["lines"] if after),
        disturbed=_disturbed(document),
        made_on=datetime.now(UTC).date().isoformat(),
    )


def _disturbed(document: dict[str, Any]) -> str:
    time = document["time"]
    if time["flags"]:
        return ", ".join(time["flags"])
    if 2 * time["undisturbed_visits"] < time["visits"]:
        return (
            f"made on a disturbed machine: {time['undisturbed_visits']} of {time['visits']} "
            "visits were undisturbed"
        )
    return ""


def entry_page(page: str, question: FamousQuestion, found: Finding) -> str:
    """The page of `explain` with the question, its cause and the remedy in front."""
    page = _BLOCK.sub("<main>", page)
    block = str(
        _template("entry.html.j2").render(card=card(question, found), question=question)
    )
    if page.count("<main>") != 1:
        raise NotExplainedError(f"{question.name}: its page has no place for the question")
    return page.replace("<main>", f"<main>\n{block}", 1)


def index_page(found: list[tuple[FamousQuestion, Finding]], machine: str) -> str:
    """All questions with a picture each."""
    sheet = importlib.resources.files("profiler_suite.report.html") / "templates" / "page.css"
    css = Markup(css_variables() + sheet.read_text(encoding="utf-8"))
    cards = [card(*each) for each in found]
    return str(_template("index.html.j2").render(cards=cards, css=css, machine=machine))


@dataclasses.dataclass(frozen=True)
class Part:
    """A coloured part of a bar: from where to where, in percent of the picture's width."""

    name: str
    left: float
    width: float
    colour: str


@dataclasses.dataclass(frozen=True)
class Card:
    """What a reader sees of one question."""

    question: FamousQuestion
    found: Finding
    before_time: str
    after_time: str
    gain: str
    parts: tuple[Part, ...]
    after_width: float
    in_words: str


def card(question: FamousQuestion, found: Finding) -> Card:
    """The numbers as text and the picture's parts."""
    shares = {name: max(0.0, share) for name, share in found.shares.items()}
    whole = sum(shares.values()) or 1.0
    parts, left = [], 0.0
    for name, share in shares.items():
        width = 100 * share / whole
        parts.append(Part(name, left, width, variables()[ENTRY_COLOURS[name]][0]))
        left += width
    low, high = units.three_digits(found.low), units.three_digits(found.high)
    before, after = units.time(found.time_s), units.time(found.time_s / found.ratio)
    return Card(
        question=question,
        found=found,
        before_time=units.together(before),
        after_time=units.together(after),
        gain=f"{units.ratio(found.ratio)} as fast ({low} to {high})",
        parts=tuple(parts),
        after_width=max(0.3, 100 / found.ratio),
        in_words=f"{before} before, {after} after; before: "
        + ", ".join(f"{name} {units.percent(share)}" for name, share in shares.items()),
    )


def _template(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(name)
