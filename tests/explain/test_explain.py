"""Explaining functions as a user does: the screen, the document, the object, odd functions."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import profiler_suite
from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.answers.same_answer import compare, copied, in_words
from profiler_suite.report import kinds
from profiler_suite.report.terminal.explanation import screen

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ROOT / "tests" / "functions"


def suite(*arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "profiler_suite", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PROFILER_SUITE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        timeout=200,
    )


# --------------------------------------------------------------------- pieces


@pytest.mark.parametrize(
    "array",
    [
        np.arange(24.0).reshape(4, 6),
        np.asfortranarray(np.arange(24.0).reshape(4, 6)),
        np.arange(24.0).reshape(4, 6)[::2, ::-3],
        np.arange(24.0)[::-2],
        np.broadcast_to(np.arange(3.0), (4, 3)),
        np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)[1:],
    ],
)
def test_a_copy_of_the_arguments_keeps_values_and_strides(array: Any) -> None:
    (made, again), other = copied(((array, array), {"x": array}))
    assert made is again
    assert other["x"] is made
    assert not np.may_share_memory(made, array)
    assert made.strides == array.strides or array.flags.c_contiguous
    np.testing.assert_array_equal(made, array)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (np.ones(3), np.ones(3) + 1e-12, True),
        (np.ones(3), np.ones(3) + 1e-3, False),
        (np.ones(3), np.ones((3, 1)), False),
        (np.array([1, 2]), np.array([1, 3]), False),
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0]), True),
        (np.array([np.inf]), np.array([1.0]), False),
        ((1.0, {"a": np.ones(2)}), (1.0, {"a": np.ones(2)}), True),
        ((1.0, {"a": np.ones(2)}), (1.0, {"b": np.ones(2)}), False),
        ([1], (1,), False),
        ("a", "b", False),
        (None, None, True),
        (np.float64(1.0), 1.0, True),
    ],
)
def test_answers_are_compared_up_to_rounding(one: Any, other: Any, same: bool) -> None:
    assert compare(one, other).same is same


def test_values_are_described_in_a_few_words() -> None:
    assert in_words(np.ones((2, 3))) == "float64 (2, 3)"
    assert in_words(np.ones((2, 3)).T) == "float64 (3, 2), column order"
    assert in_words(np.ones(9)[::2]) == "float64 (5,), strided"
    assert in_words([1, 2]) == "list of 2"


# ----------------------------------------------------------------- the library


@pytest.mark.slow
def test_the_library_explains_a_closure_with_keywords() -> None:
    scale = np.full(500, 2.0)

    def closure(x: Any, *, power: int) -> Any:
        return np.sum((x * scale) ** power)

    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    expected = random.random(), np.random.random()  # noqa: NPY002
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    found = profiler_suite.explain(closure, np.arange(500.0), power=2)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002
    assert found.breakdown is not None
    assert sum(entry.time_s for entry in found.breakdown.entries) == pytest.approx(
        found.breakdown.time_s
    )
    assert found.explained.breakdown_record.flop == 500 + 500 + 499
    assert list(found.operations["calls"]) == [1, 1, 1]
    assert all(name.endswith("closure") for name in found.lines["function"])
    assert found.roofline.bound == "overhead"
    assert found.verdict[0].startswith("test_the_library")
    assert json.loads(found.to_json())["schema"] == 2
    page = found._repr_html_()
    assert page.startswith("<iframe sandbox")
    assert "closure" in page
    assert "Where the time goes" in str(found)
    # A disturbed machine has wide intervals and many visits; they fit as well.
    found.time = msgspec.structs.replace(
        found.time, low_s=11.46e-3, high_s=19.22e-3, visits=10_083, undisturbed_visits=1_020
    )
    lines = screen(found, 80, color=False).splitlines()
    assert max(map(len, lines)) <= 80
    assert "1,020 undisturbed of 10,083 visits" in " ".join(" ".join(lines).split())


@pytest.mark.slow
def test_the_arguments_are_left_alone_and_side_effects_are_told() -> None:
    def grows(x: Any) -> Any:
        x += 1.0
        return x

    x = np.zeros(50)
    found = profiler_suite.explain(grows, x)
    assert not x.any()
    assert any("changes its arguments" in note for note in found.notes)
    profiler_suite.explain(grows, x, profiler_copy=False)
    assert x.any()


@pytest.mark.slow
def test_randomness_is_told_and_generators_are_consumed() -> None:
    def draws() -> Any:
        generator = np.random.default_rng()
        for _ in range(3):
            yield generator.random(10).sum()

    found = profiler_suite.explain(draws)
    assert found.explained.result == "list of 3"
    assert any("consumed" in note for note in found.notes)
    assert any("differs from call to call" in note for note in found.notes)


@pytest.mark.slow
def test_compiled_functions_have_no_lines_but_all_the_rest() -> None:
    found = profiler_suite.explain(np.dot, np.ones((60, 60)), np.ones(60))
    assert found.explained.breakdown_record.flop == 7200
    assert found.lines.empty
    assert any("compiled" in note for note in found.notes)


def test_calls_instead_of_functions_and_failures_are_errors() -> None:
    with pytest.raises(UsageError, match="explain\\(f, x\\)"):
        profiler_suite.explain(np.ones(3))  # type: ignore[arg-type]
    with pytest.raises(FunctionError, match="ZeroDivisionError"):
        profiler_suite.explain(lambda x: x / 0, 1)


# ------------------------------------------------------------- the command line


@pytest.mark.slow
def test_the_command_prints_one_screen_and_writes_the_page(cache: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = suite(
        "explain",
        f"{FUNCTIONS / 'linear.py'}:gram_schmidt",
        "--setup",
        "gram_schmidt_arguments",
        "--html",
        str(page),
        cache=cache,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    # The path of the page cannot be made shorter.
    assert all(len(line) <= 80 for line in lines if str(page) not in line)
    assert len(lines) <= 50
    for part in ("Where the time goes", "Costliest operations", "Costliest lines", "Advice"):
        assert part in done.stdout
    text = page.read_text(encoding="utf-8")
    assert "gram_schmidt" in text
    assert kinds.EXPLANATION.wrote(page)
    assert not kinds.PAGE.wrote(page)
    assert text.count("<script") == (1 if "Copy</button>" in text else 0)


@pytest.mark.slow
def test_a_rewrite_is_tried_where_nothing_was_measured_and_may_end_its_process() -> None:
    from profiler_suite.measure.explain.child import ExplainChild
    from profiler_suite.measure.explain.records import LoadRequest, Rewrite, Trial
    from profiler_suite.model.trial import TrialKind

    def trial(body: str) -> Trial:
        source = f"def softmax(x):\n    {body}\n"
        return Trial(
            kind=TrialKind.REWRITE,
            rewrites=(Rewrite(function="softmax", source=source, lines=()),),
        )

    same = (
        "e = np.exp(x - np.max(x, axis=1, keepdims=True)); "
        "return e / np.add.reduce(e, axis=1, keepdims=True)"
    )
    target = f"{FUNCTIONS / 'learning.py'}:softmax"
    ask = LoadRequest(target=target, setup="softmax_arguments")
    with ExplainChild(ask, lambda text: None) as child:
        died = child.attempt(trial("import os; os._exit(7)"))
        assert not died.same
        assert "code 7" in died.reason
        tried = child.attempt(trial(same))
        assert tried.same, tried.reason
        assert len(tried.before) == len(tried.after)
        assert tried.checked > 1
        assert not child.attempt(trial("return x")).same


@pytest.mark.slow
def test_a_reached_setup_dtype_and_json(cache: Path) -> None:
    done = suite(
        "explain",
        f"{FUNCTIONS / 'learning.py'}:softmax",
        "--setup",
        "softmax_arguments",
        "--dtype",
        "float32",
        "--json",
        "-q",
        cache=cache,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["arguments"] == ["x float32 (400, 500)"]
    assert set(found) == {
        "schema",
        "name",
        "cause",
        "setup",
        "file",
        "line",
        "threads",
        "arguments",
        "result",
        "time",
        "trace",
        "breakdown",
        "roofline",
        "operations",
        "layers",
        "by_thread",
        "memory",
        "inside",
        "calls",
        "lines",
        "counterfactuals",
        "advice",
        "not_advised",
        "patch",
        "what_if",
        "verdict",
        "notes",
    }
    for given in found["advice"]:
        assert given["ratio"] > 1.05 or given["measured_on"] == "operation"


@pytest.mark.slow
def test_the_founding_question_is_answered(cache: Path) -> None:
    done = suite("explain", "seed", "--json", "-q", cache=cache)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    loop, product = found["sides"]
    assert (loop["flop_textbook"], loop["flop_executed"]) == (61_440, 58_880)
    assert (product["flop_textbook"], product["flop_executed"]) == (3_072_000, 3_072_000)
    assert found["flop_ratio"] == 50
    assert set(found) == {
        "schema",
        "question",
        "headline",
        "ratio",
        "quotient_of_times",
        "flop_ratio",
        "sides",
        "counterfactuals",
        "alternative",
        "sentences",
    }
    assert found["ratio"]["low"] <= found["quotient_of_times"] <= found["ratio"]["high"]
    assert product["bound"] in ("memory", "compute")
    assert loop["bound"] == "overhead"
    assert found["ratio"]["low"] > 1
    assert found["alternative"]["ratio"]["ratio"] > 1
    assert set(found["counterfactuals"]) == {"one_call", "reused_buffers", "free_arithmetic"}
    shown = suite("explain", "seed", "-q", cache=cache)
    lines = shown.stdout.splitlines()
    assert len(lines) <= 45
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.slow
def test_a_workload_that_states_nothing_is_traced_and_verified(
    cache: Path, tmp_path: Path
) -> None:
    file = ROOT / "tests" / "files" / "own_workload.py"
    done = suite(
        "sweep", str(file), "--quick", "--json", "--out", str(tmp_path / "run"), cache=cache
    )
    assert done.returncode == 3, done.stderr
    points = json.loads(done.stdout)["points"]
    status = {p["implementation"]: p["status"] for p in points}
    assert status == {
        "by_differences": "ok",
        "row_by_row": "ok",
        "without_the_root": "wrong",
        "only_moves": "wrong",
    }
    n = 10
    (flop,) = {
        p["flop"]
        for p in points
        if p["implementation"] == "by_differences" and p["problem"] == f"n{n}"
    }
    # Differences, squares, two additions and a root per pair of points.
    assert flop == n * n * (3 + 3 + 2 + 1)
