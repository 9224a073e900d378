"""Whatever is handed over ends in an explanation or a sentence, and leaves nothing behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from profiler_suite.analysis.explain.document import document, to_json
from profiler_suite.analysis.explain.explanation import explain
from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.guarding.process_state import ProcessState
from profiler_suite.measure.explain.records import ExplainEffort, LoadRequest
from profiler_suite.report.html.explanation import render
from profiler_suite.report.terminal.explanation import screen
from tests.explain import odd_callables
from tests.fake_machine import MACHINE
from tests.short_sweeps import MARK, alive

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="finds processes in /proc"
)

FILE = Path(odd_callables.__file__)
# Long enough to import pandas on a busy machine; what never returns is waited for less.
TIMEOUT_S, NEVER = 60.0, ("sleeps", "spins")
BRIEF = ExplainEffort(
    baselines_s={},
    last_cache_bytes=0.0,
    memory_bytes=float(2**34),
    timing_s=0.05,
    trace_s=1.0,
    coverage_s=0.05,
    replay_s=0.05,
    sample_s=0.05,
    lines_s=0.1,
    trial_s=0.05,
)
# One of each kind; the others are as many again and again.
SOME = ("bound", "generator", "ufunc", "builtin_input", "given_bad_repr", "kills_itself")
# What fails by its own doing, or could not be explained by anybody.
REFUSED = {
    *("coroutine", "async_generator", "async_call", "gives_coroutine", "raises_plain"),
    *("raises_memory", "raises_exit", "raises_base", "raises_odd", "raises_control"),
    *("raises_late", "raises_recursion", "raises_stop", "raises_generator_exit"),
    *("wrong_arguments", "too_many_arguments"),
    *(
        "builtin_input",
        "closes_all_files",
        "exits_hard",
        "aborts",
        "kills_itself",
        "sleeps",
        "spins",
    ),
}


def through_explain(name: str) -> tuple[str, str]:
    """What is shown in the end with its page, or the sentence it ends with."""
    timeout_s = 3.0 if name in NEVER else TIMEOUT_S
    ask = LoadRequest(f"{FILE}:{name}", setup=f"{name}_setup", timeout_s=timeout_s)
    try:
        with ExplainChild(ask, lambda text: None) as child:
            explained = child.explain(BRIEF)
            found = explain(explained, MACHINE, {}, child.attempt)
    except (FunctionError, UsageError) as error:
        return f"error: {error}", ""
    to_json(document(found))
    return screen(found, 80, color=False, all_lines=True), render(found)


def check(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = f"{os.getpid()}-{name}"
    monkeypatch.setenv(MARK, mark)
    state = ProcessState()
    begun = time.monotonic()
    said, page = through_explain(name)
    assert time.monotonic() - begun < 100, "it hangs"
    assert said.startswith("error: ") == (name in REFUSED), said
    assert "Traceback" not in said
    assert not page or ("There is no Python source" in page) == ("  compiled, " in said)
    assert not any(c in said for c in ("\x00", "\x1b[31m")), said
    assert state.restore() == []
    until = time.monotonic() + 5
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.05)
    assert alive(mark) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SOME)
def test_it_is_explained_or_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(name, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(odd_callables.CASES) - set(SOME)))
def test_the_others_are_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check(name, monkeypatch)


def test_there_are_enough_of_them() -> None:
    assert len(odd_callables.CASES) >= 150
    assert set(odd_callables.CASES) >= REFUSED | set(SOME)
