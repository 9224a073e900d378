"""A stored run of release 0.1 is reported with the numbers and words that were agreed on.

`python -m tests.report.test_gold` writes what is agreed on anew.
"""

import csv
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib.figure
import pytest

from profiler_suite.analysis.run.load import Run, load
from profiler_suite.analysis.time_breakdown import ENTRIES
from profiler_suite.report.content import run_facts
from profiler_suite.report.figures import all_figures
from profiler_suite.report.formats import summary, table_csv
from tests.stored_run import STORED, unpack


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load(unpack(tmp_path_factory.mktemp("stored") / "run"))


def test_the_table_of_points_holds_the_same_numbers(run: Run) -> None:
    then = list(csv.DictReader((STORED / "points.csv").read_text().splitlines()))
    now = list(csv.DictReader(table_csv.points_csv(run.points).splitlines()))
    assert [row["id"] for row in now] == [row["id"] for row in then]
    for old, new in zip(then, now, strict=True):
        for column, value in old.items():  # a column that is added may be there as well
            assert same(new[column], value, column), (old["id"], column)


def same(one: str, other: str, column: str) -> bool:
    """The same text, or numbers that differ by no more than their computation allows.

    Python adds floats more exactly from 3.12 on, and NumPy in the order that a processor
    likes. No sum has more than some hundred terms; shares are differences of numbers
    around 1. Older SciPy solves for Student's t, which makes an interval, to 1e-8.
    """
    rounding = 500 * sys.float_info.epsilon
    relative = 1e-8 if column in ("low_s", "high_s") else rounding
    absolute = rounding if column in ENTRIES else 0.0
    try:
        return math.isclose(float(one), float(other), rel_tol=relative, abs_tol=absolute)
    except ValueError:
        return one == other


def test_rounding_is_no_difference_and_anything_else_is_one() -> None:
    values = [0.1, 0.2, 0.3, -0.4, 1.0, 1e-3, -1.2]
    assert same(repr(sum(values)), repr(math.fsum(values)), "residual")
    assert same(repr(sum(values[:3])), repr(math.fsum(values[:3])), "time_s")
    assert same("seed_question", "seed_question", "experiment")
    for one, other in [("0.1", "0.1000001"), ("3e-3", "3.000001e-3"), ("a", "b"), ("", "0.0")]:
        assert not any(same(one, other, column) for column in ("residual", "time_s", "low_s"))


def test_the_summary_says_the_same(run: Run) -> None:
    facts = run_facts.ask(run)
    now = summary.markdown(facts, list(all_figures.hang(facts)))
    assert now == (STORED / "summary.md").read_text()


def test_the_figures_show_the_same_data(run: Run) -> None:
    then = json.loads((STORED / "figures.json").read_text())
    now = json.loads(json.dumps(figures(run)))
    assert now.keys() == then.keys()
    for name, marks in then.items():
        assert now[name] == marks, name


def figures(run: Run) -> dict[str, list[list[Any]]]:
    return {
        hung.picture.name: drawn(hung.picture.figure)
        for hung in all_figures.hang(run_facts.ask(run))
    }


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


def write_anew(run: Run) -> None:
    """After a change that is meant to change numbers or words; look at the difference."""
    facts = run_facts.ask(run)
    (STORED / "points.csv").write_text(table_csv.points_csv(run.points))
    (STORED / "summary.md").write_text(summary.markdown(facts, list(all_figures.hang(facts))))
    (STORED / "figures.json").write_text(json.dumps(figures(run)))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write_anew(load(unpack(Path(folder) / "run")))
