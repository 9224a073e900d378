"""Calls that are looked into: in the terminal, the page, in JSON, and one call in Python."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import profiler_suite
from profiler_suite.errors import FunctionError, UsageError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = """
import numpy as np
def setup():
    random = np.random.default_rng(0)
    return np.sort(random.random(1_000_000)), random.random(20_000)
def find(values, asked):
    return np.searchsorted(values, asked)
"""


def suite(*arguments: str, cache: Path) -> str:
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", "explain", *arguments, "-q", "--no-advice"],
        capture_output=True,
        text=True,
        env={**os.environ, "PROFILER_SUITE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        timeout=200,
        check=True,
    ).stdout


@pytest.mark.slow
def test_a_search_is_latency_bound_on_screen_page_and_in_json(tmp_path: Path) -> None:
    file, page = tmp_path / "mine.py", tmp_path / "page.html"
    file.write_text(SOURCE)
    target = (f"{file}:find", "--setup", "setup")
    screen = suite(*target, "--calls", "--html", str(page), cache=tmp_path / "cache")
    assert "Inside the calls" in screen
    assert "latency-bound" in screen
    promised = re.search(r"infinitely fast arithmetic: ([\d.]+) %", screen)
    # What waits is no arithmetic: at most what is left beside it could be spared.
    assert promised is None or float(promised[1]) < 50
    html = page.read_text()
    assert "<summary>Inside np.searchsorted" in html
    assert "one that waits for another takes" in html
    document = json.loads(suite(*target, "--json", cache=tmp_path / "cache"))
    assert document["inside"]["latency"] > 0.5
    (call,) = document["calls"]
    assert call["facts"]["loads"] > 100_000
    assert call["text"].startswith("latency-bound")


MATRIX = np.random.default_rng(0).random((300, 300))


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (np.matmul, (MATRIX, MATRIX), "gemm"),
        (np.add, (MATRIX, MATRIX), "DOUBLE_add"),
        (np.multiply, (MATRIX.astype("f4"), MATRIX), "float32 → float64"),
        (np.negative, (MATRIX[:, ::4],), "16 of 64 bytes of each cache line used"),
        (lambda a: np.sqrt(a), (MATRIX,), "DOUBLE_sqrt"),
    ],
)
def test_one_call_is_explained_where_it_stands(
    function: Any, arguments: tuple[Any, ...], said: str
) -> None:
    found = profiler_suite.explain_call(function, *arguments)
    assert found.inside
    if any(each.facts.samples > 20 for each in found.inside) or "of" in said:
        assert said in " ".join(str(found).split())  # lines are broken anywhere
    assert repr(found).startswith("<CallExplanation of ")
    assert found.document()["calls"]
    assert "Inside" in found._repr_html_()


def test_one_call_leaves_its_arguments_as_they_were() -> None:
    total, places = np.zeros(2000), np.arange(2000)
    profiler_suite.explain_call(np.add.at, total, places, 1.0)
    assert not total.any()


def test_what_cannot_be_called_is_told() -> None:
    with pytest.raises(UsageError, match="explain_call"):
        profiler_suite.explain_call(3)  # type: ignore[arg-type]
    with pytest.raises(FunctionError, match="mismatch"):
        profiler_suite.explain_call(np.matmul, MATRIX, MATRIX[:5])
    with pytest.raises(UsageError, match="threads"):
        profiler_suite.explain_call(np.matmul, MATRIX, MATRIX, profiler_threads=10_000)
