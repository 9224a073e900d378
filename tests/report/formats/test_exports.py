"""A run in other tools' formats."""

import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from profiler_suite.analysis.run.load import Run, load
from profiler_suite.analysis.run.point_columns import point_columns
from profiler_suite.cli.show import export_command
from profiler_suite.errors import UsageError
from profiler_suite.files import Output
from profiler_suite.report.formats.exports import formats, speedscope_document
from profiler_suite.report.formats.program_exports import program_formats
from tests.analysis.test_time_breakdown import breakdown_record, samples
from tests.fake_folder import write_run


def export(run: Run, form: str, path: Path) -> None:
    with Output(path, formats()[form].kind) as output:
        output.write(formats()[form].content(run))


def test_samples_become_one_speedscope_profile_per_point() -> None:
    records = [breakdown_record(), breakdown_record(point="q", native=samples(blas=3))]
    found = json.loads(json.dumps(speedscope_document(records, "run"), allow_nan=False))
    assert [profile["name"] for profile in found["profiles"]] == ["p", "q"]
    frames = found["shared"]["frames"]
    for profile in found["profiles"]:
        assert len(profile["samples"]) == len(profile["weights"])
        assert max(max(stack) for stack in profile["samples"]) < len(frames)
        assert profile["endValue"] == pytest.approx(sum(profile["weights"]))


def test_a_run_without_samples_says_so() -> None:
    with pytest.raises(UsageError, match="no native samples"):
        speedscope_document([breakdown_record(native=None)], "run")


def test_formats_are_those_of_the_command_line() -> None:
    shown = CliRunner().invoke(export_command, ["--help"]).output
    names = list(formats() | program_formats())
    assert f"[{'|'.join(names)}]" in shown.replace("\n", "").replace(" ", "")
    for each in (program_formats() | formats()).values():
        assert f"  {each.name}" in shown
        assert each.summary in shown or f"From `run`: {each.summary[:1].lower()}" in shown
        assert each.summary[1:] in shown


def test_an_unknown_format_names_the_nearest() -> None:
    done = CliRunner().invoke(export_command, ["latest", "--format", "markdwon"])
    assert done.exit_code == 2
    assert "unknown export format 'markdwon'; did you mean 'markdown'?" in done.output


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load(write_run(tmp_path_factory.mktemp("exports") / "run"))


def test_pandas_reads_the_csv_back_to_equal_values(run: Run, tmp_path: Path) -> None:
    export(run, "csv", tmp_path / "points.csv")
    # How pandas is asked to read floats exactly differs from version to version.
    floats = run.points.select_dtypes("float64").columns
    exactly = dict.fromkeys(floats, lambda text: float(text or "nan"))
    back = pd.read_csv(tmp_path / "points.csv", converters=exactly)
    assert list(back.columns)[: len(point_columns())] == list(point_columns())
    for column in run.points.columns:
        ours = run.points[column]
        theirs = back[column if column in back.columns else f"'{column}"]
        if pd.api.types.is_numeric_dtype(ours):
            pd.testing.assert_series_equal(
                theirs.astype(ours.dtype), ours, check_exact=True, check_names=False
            )
        else:
            # An empty text is an empty cell, and a formula is one no longer.
            assert [str(t).removeprefix("'") for t in theirs.astype(object).fillna("")] == [
                str(o).removeprefix("'") for o in ours
            ]


def test_no_cell_or_heading_of_the_csv_is_a_formula_and_no_number_is_damaged(
    run: Run, tmp_path: Path
) -> None:
    points = run.points.copy()
    points.loc[0, "residual"] = -0.25
    export(
        dataclasses.replace(run, points=points),
        "csv",
        tmp_path / "points.csv",
    )
    raw = pd.read_csv(tmp_path / "points.csv", dtype=str, keep_default_na=False)
    for column in raw.columns:
        assert not str(column).startswith(("=", "+", "-", "@"))
        for cell in raw[column]:
            if cell.startswith(("=", "+", "-", "@")):
                float(cell)
    assert raw.loc[0, "residual"] == "-0.25"
    assert any(cell.startswith("'=cmd") for cell in raw["implementation"])


def test_parquet_keeps_values_and_types(run: Run, tmp_path: Path) -> None:
    export(run, "parquet", tmp_path / "points.parquet")
    back = pd.read_parquet(tmp_path / "points.parquet")
    pd.testing.assert_frame_equal(
        back.astype(run.points.dtypes.to_dict()), run.points, check_exact=True
    )


def test_without_pyarrow_parquet_says_what_to_install(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'profiler-suite\[parquet\]'"):
        export(run, "parquet", tmp_path / "points.parquet")
    assert not list(tmp_path.iterdir())


def test_markdown_has_no_figures_that_are_not_there(run: Run, tmp_path: Path) -> None:
    export(run, "markdown", tmp_path / "run.md")
    text = (tmp_path / "run.md").read_text()
    assert "## Fastest of each problem" in text
    assert "figures/" not in text


def test_pyperf_compares_two_runs(tmp_path: Path) -> None:
    for name, factor in (("a", 1.0), ("b", 1.2)):
        folder = write_run(
            tmp_path / name,
            lambda point, factor=factor: (  # type: ignore[misc]
                factor if point.implementation == "taps" else 1.0
            ),
        )
        export(load(folder), "pyperf", tmp_path / f"{name}.json")
    pyperf = [sys.executable, "-m", "pyperf"]
    files = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    done = subprocess.run(
        [*pyperf, "compare_to", *files], capture_output=True, text=True, check=True
    )
    assert "made/taps/n8/float64/t1: Mean +- std dev: " in done.stdout
    assert done.stdout.count("1.20x slower") == 4
    shown = subprocess.run(
        [*pyperf, "stats", files[0]], capture_output=True, text=True, check=True
    )
    assert "Number of value per run: 12" in shown.stdout


def test_a_run_without_times_has_nothing_for_pyperf(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "empty", rounds=0)
    with pytest.raises(UsageError, match="no measured point"):
        export(load(folder), "pyperf", tmp_path / "out.json")
