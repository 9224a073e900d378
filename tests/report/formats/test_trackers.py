"""Each format is valid for the tool that reads it."""

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from profiler_suite.report.formats import trackers
from profiler_suite.report.formats.trackers import NamedTime, TimesOrigin

TIMES = (
    NamedTime(name="core.smooth", time_s=1.5e-3, low_s=1.4e-3, high_s=1.7e-3),
    NamedTime(name="loop at 32×32", time_s=2e-7, low_s=1.9e-7, high_s=2.2e-7),
)
ORIGIN = TimesOrigin(
    commit="0123456789abcdef", made_at_s=1_700_000_000, host="box", python="3.12"
)
# The schema that bencher.dev publishes of its format, version 7.
BMF = {
    "type": "object",
    "patternProperties": {
        ".+": {
            "type": "object",
            "patternProperties": {
                ".+": {
                    "type": "object",
                    "properties": {
                        "value": {"type": "number"},
                        "lower_value": {"type": "number"},
                        "upper_value": {"type": "number"},
                    },
                    "required": ["value"],
                }
            },
        }
    },
}


def test_bencher_metrics_are_nanoseconds_within_the_published_schema() -> None:
    found = json.loads(json.dumps(trackers.bencher(TIMES), allow_nan=False))
    jsonschema.validate(found, BMF)
    metric = found["core.smooth"]["latency"]
    assert metric["value"] == pytest.approx(1.5e6)
    assert metric["lower_value"] < metric["value"] < metric["upper_value"]


def test_github_benchmark_entries_have_name_unit_and_value() -> None:
    found = trackers.github_benchmark(TIMES)
    assert [each["name"] for each in found] == ["core.smooth", "loop at 32×32"]
    assert found[0]["unit"] == "ns"
    assert found[0]["value"] == pytest.approx(1.5e6)
    assert found[0]["range"] == "± 1.5e+05"
    assert "1.40 ms to 1.70 ms" in found[0]["extra"]
    assert all(isinstance(each["range"], str) for each in found)


# How the action reads a range (src/extractRangeInfo.ts).
RANGE = re.compile(r"(?P<prefix>(\+-|±)\s*)(?P<value>\d.+)")


@pytest.mark.parametrize("half_s", [5e-9, 5e-10, 1e-9, 1.23e-7, 4e-3, 0.0])
def test_github_benchmark_reads_every_range(half_s: float) -> None:
    time = NamedTime(name="f", time_s=1.0, low_s=1 - half_s, high_s=1 + half_s)
    found = RANGE.search(trackers.github_benchmark([time])[0]["range"])
    assert found is not None
    assert float(found["value"]) == pytest.approx(1e9 * half_s, rel=1e-3, abs=1e-6)


def test_asv_results_have_the_columns_of_format_2() -> None:
    found = trackers.asv(TIMES, ORIGIN)
    row = dict(zip(found["result_columns"], found["results"]["core.smooth"], strict=False))
    assert row["result"] == [1.5e-3]
    assert row["params"] == []
    assert (row["stats_ci_99_a"], row["stats_ci_99_b"]) == ([1.4e-3], [1.7e-3])
    assert found["version"] == 2
    assert found["date"] == 1_700_000_000_000


def test_asv_itself_reads_them(tmp_path: Path) -> None:
    results = pytest.importorskip("asv.results", reason="asv is not installed")
    folder = tmp_path / "box"
    folder.mkdir()
    file = folder / "01234567-env.json"
    file.write_text(json.dumps(trackers.asv(TIMES, ORIGIN)))
    found = results.Results.load(str(file), machine_name="box")
    assert found.commit_hash == ORIGIN.commit
    assert found.get_result_value("core.smooth", []) == [1.5e-3]
