"""A stored run of release 0.1 is reported with the same numbers, in the words of today."""

import csv
import json
import lzma
import re
import shutil
from pathlib import Path
from typing import Any

import matplotlib.figure
import pytest

from profiler_suite.analysis.run.load import Run, load
from profiler_suite.report.content import run_facts
from profiler_suite.report.figures import all_figures
from profiler_suite.report.formats import summary, table_csv
from profiler_suite.report.formats.markdown import text

STORED = Path(__file__).parents[1] / "files" / "stored_run"
# Column of release 0.1 → its name now.
COLUMNS = {
    "clean_visits": "undisturbed_visits",
    "clean_share": "undisturbed_share",
    "launches": "workers",
    "ledger_notes": "breakdown_notes",
}
# What release 0.1 said → how it is said now.
PHRASES = {
    r"overhead-bound, (.*?) of attainable": r"overhead-bound, \1 of the time is per-call cost",
    r"\(L3\), 183 % of attainable": "(L3), above the measured roof",
    "the work itself": "its inner loops",
    "few clean visits": "few undisturbed visits",
    "visits were clean": "visits were undisturbed",
    "same code entered twice": "same code measured twice under two names",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("stored") / "run"
    folder.mkdir()
    shutil.copy(STORED / "run.json", folder)
    packed = (STORED / "records.jsonl.xz").read_bytes()
    (folder / "records.jsonl").write_bytes(lzma.decompress(packed))
    return load(folder)


def in_todays_words(text: str) -> str:
    for old, new in PHRASES.items():
        text = re.sub(old, new, text)
    return text


def test_the_table_of_points_holds_the_same_numbers(run: Run) -> None:
    with (STORED / "points.csv").open(newline="") as file:
        then = list(csv.DictReader(file))
    now = list(csv.DictReader(table_csv.points_csv(run.points).splitlines()))
    assert [row["id"] for row in now] == [row["id"] for row in then]
    for old, new in zip(then, now, strict=True):
        for column, value in old.items():
            assert new[COLUMNS.get(column, column)] == in_todays_words(value), (
                old["id"],
                column,
            )


def test_the_summary_says_the_same(run: Run) -> None:
    facts = run_facts.ask(run)
    now = summary.markdown(facts, list(all_figures.hang(facts)))
    assert facts.answer is not None
    assert facts.answer.plain is not None
    for sentence in facts.answer.plain.sentences:  # release 0.1 had none in plain words
        now = now.replace(f"{text(sentence)}\n\n", "")
    then = in_todays_words((STORED / "summary.md").read_text())
    assert now == then


def test_the_figures_show_the_same_data(run: Run) -> None:
    then = json.loads((STORED / "figures.json").read_text())
    now = {
        hung.picture.name: drawn(hung.picture.figure)
        for hung in all_figures.hang(run_facts.ask(run))
    }
    assert now.keys() == then.keys()
    for name, marks in then.items():
        assert json.loads(json.dumps(now[name])) == marks, name


def drawn(figure: matplotlib.figure.Figure) -> list[list[Any]]:
    """Every line, mark and patch of a figure as plain numbers of six digits."""
    found: list[list[Any]] = []
    for axes in figure.axes:
        for line in axes.lines:
            sides: tuple[Any, Any] = (line.get_xdata(), line.get_ydata())
            plain = all(
                hasattr(side, "__len__") and not (len(side) and isinstance(side[0], str))
                for side in sides
            )
            found.append(["line", *map(numbers, sides)] if plain else ["line"])
        for collection in axes.collections:
            offsets: Any = collection.get_offsets()
            found.append(["marks", numbers(offsets[:, 0]), numbers(offsets[:, 1])])
        for patch in axes.patches:
            box = patch.get_path().transformed(patch.get_patch_transform()).get_extents()
            found.append(["patch", numbers([box.x0, box.y0, box.width, box.height])])
    return found


def numbers(values: Any) -> list[float]:
    return [float(f"{float(value):.6g}") for value in values]


def test_every_phrase_above_is_still_needed() -> None:
    """A list of exceptions that nothing needs would hide the next difference."""
    text = (STORED / "summary.md").read_text() + (STORED / "points.csv").read_text()
    for old in PHRASES:
        assert re.search(old, text), old
