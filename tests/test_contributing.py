"""The worked examples of CONTRIBUTING.md run as they stand there, from a file of one's own."""

import csv
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from profiler_suite import __version__, cli, registry
from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rules.registry import find_rule
from profiler_suite.registry import PLUGINS, forget
from profiler_suite.workloads import dense, verification
from profiler_suite.workloads.registry import find_implementation, find_workload
from tests.analysis.explain.rules.own_function import Own
from tests.fake_folder import write_run

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
EXAMPLES = dict(
    re.findall(r"<!-- example: (\w+) -->\n```python\n(.*?)```", TEXT, flags=re.DOTALL)
)


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All examples in one file outside of the package; taken out again at the end."""
    path = (tmp_path_factory.mktemp("own") / "mine.py").resolve()
    path.write_text("\n\n".join(EXAMPLES.values()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PLUGINS, "")
        yield path
    forget(path)
    registry._LOADED.discard(path)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory, plugin: Path) -> Path:
    folder = write_run(tmp_path_factory.mktemp("reported") / "run")
    assert cli.run(["report", str(folder), "-q", "--plugin", str(plugin)]) == 0
    return folder


def test_there_is_one_example_of_each_kind() -> None:
    assert set(EXAMPLES) == {"implementation", "metric", "figure", "format", "rule"}


def test_the_implementation_is_listed_and_right(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["list", "--plugin", str(plugin)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"scaled_columns\s.*Every column times its number", shown)
    found = find_implementation("scaled_columns")
    problem = dense.problem(rows=40, columns=30)
    arguments = find_workload("dense").arguments(problem, 0)
    checked = verification.check(found, problem, arguments, dense.reference(problem, arguments))
    assert checked.reason == ""
    assert found.refuse is not None
    assert "one vector" in found.refuse(dense.problem(rows=4, columns=3, batch=2))


def test_the_metric_is_in_the_files_and_on_the_page(reported: Path) -> None:
    with (reported / "points.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    measured = [row for row in rows if row["status"] == "ok"]
    assert measured
    for row in measured:
        own = float(row["time_per_flop_s"])
        assert own == pytest.approx(float(row["time_s"]) / float(row["flop"]))
    page = (reported / "report.html").read_text()
    assert ">ns/FLOP</th>" in page
    assert "time_per_flop_s" in page.split("the columns of the data files")[1]


def test_the_figure_is_on_the_page_and_beside_it(reported: Path) -> None:
    assert "Half of the first calls take" in (reported / "report.html").read_text()
    for ending in ("png", "svg"):
        assert (reported / "figures" / f"cold_calls.{ending}").stat().st_size > 1000
    assert "figures/cold_calls.png" in (reported / "summary.md").read_text()


def test_the_format_is_listed_and_written(
    reported: Path, plugin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["export", "--plugin", str(plugin), "--help"]) == 0
    shown = capsys.readouterr().out
    offered = (
        shown.replace("\n", "").replace(" ", "").partition("--format[")[2].partition("]")[0]
    )
    assert "jsonl" in offered.split("|")
    assert "jsonl       One JSON object per point" in shown
    target = tmp_path / "run.jsonl"
    words = ["export", str(reported), "--format", "jsonl", "--out", str(target)]
    assert cli.run([*words, "--plugin", str(plugin)]) == 0
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert lines
    assert {"id", "time_s", "time_per_flop_s"} <= set(lines[0])


def test_the_rule_is_in_the_catalogue_and_finds_its_expression(
    plugin: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["list", "rules", "--plugin", str(plugin)]) == 0
    assert "diagonal_of_outer" in capsys.readouterr().out
    assert find_rule("diagonal_of_outer").family == "algorithm"
    own = Own(
        """
        def f(x, y):
            return np.diag(np.outer(x, y)) + 1
        """,
        np.arange(300.0),
        np.ones(300),
    )
    (found,) = [c for c in candidates(own.observed) if c.rule == "diagonal_of_outer"]
    assert "x * y" in found.trial.rewrites[0].source
    assert own.agreement(found).same


@pytest.mark.slow
def test_explain_gives_the_advice_of_the_rule(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "import numpy as np\n\n\ndef f(x, y):\n    return np.diag(np.outer(x, y)) + 1\n\n\n"
        "def setup():\n    return np.arange(600.0), np.ones(600)\n"
    )
    words = ["explain", "own.py:f", "--setup", "own.py:setup", "--json", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "profiler_suite", *words, "--plugin", str(plugin)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    kinds = [advice["kind"] for advice in json.loads(done.stdout)["advice"]]
    assert "diagonal_of_outer" in kinds


def test_a_child_that_times_has_the_implementation_and_nothing_heavy(plugin: Path) -> None:
    code = (
        "import sys, profiler_suite.measure.sweep.worker\n"
        "from profiler_suite.workloads import registry\n"
        "assert 'scaled_columns' in registry.implementations()\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {PLUGINS: str(plugin)},
    )
    modules = {name.split(".")[0] for name in done.stdout.split()}
    assert not {"pandas", "matplotlib", "scipy", "jinja2", "rich", "click"} & modules


def test_the_same_name_twice_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PLUGINS, "")
    own = tmp_path / "again.py"
    own.write_text(EXAMPLES["format"].replace("def jsonl", "def csv"))
    assert cli.run(["export", "--plugin", str(own), "--help"]) == 2
    said = capsys.readouterr().err
    assert f"{own}, line 4: export format 'csv' is registered twice (it is in " in said


def test_files_that_contributing_names_are_there() -> None:
    for path in re.findall(r"`((?:[\w.-]+/)+[\w.-]*|\w+\.(?:md|cff|toml))`", TEXT):
        if not path.startswith("dist"):
            assert (ROOT / path).exists() or (ROOT / "profiler_suite" / path).exists(), path


def test_the_citation_is_of_this_version_and_the_sdist_holds_both() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert re.findall(r"^version: (.*)$", citation, flags=re.MULTILINE) == [__version__]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"CONTRIBUTING.md", "CITATION.cff"} <= set(included)
    for name in included:
        assert (ROOT / name).exists(), name
    assert project["project"]["urls"]
