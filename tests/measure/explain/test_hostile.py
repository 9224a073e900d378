"""Functions that fork, hang, leave files open or set alarms: a sentence, or a note."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from profiler_suite.errors import FunctionError, ProfilerSuiteError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import (
    ExplainEffort,
    FunctionRecord,
    LoadRequest,
    Rewrite,
    Trial,
)
from profiler_suite.measure.explain.time_plan import with_budget
from profiler_suite.model.trial import TrialKind
from tests.short_sweeps import fill_cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes and signals are POSIX's")

ROOT = Path(__file__).resolve().parents[3]
BRIEF = ExplainEffort(
    baselines_s={},
    last_cache_bytes=0.0,
    memory_bytes=0.0,
    timing_s=0.05,
    trace_s=1.0,
    coverage_s=0.05,
    replay_s=0.05,
    sample_s=0.05,
    lines_s=0.1,
    trial_s=0.05,
)
# Whatever fails, no more than so many processes are ever forked.
LEAST = """
    import os, pathlib
    import numpy as np
    LOG = pathlib.Path(__file__).with_suffix(".forks")
    calls = 0

    def fork():
        if LOG.exists() and LOG.stat().st_size >= 20:
            raise RuntimeError("a fork bomb")
        with LOG.open("a") as log:
            log.write("x")
        return os.fork()

"""


def explained(file: Path, body: str, timeout_s: float = 60.0) -> FunctionRecord:
    file.write_text(dedent(body))
    with ExplainChild(
        LoadRequest(f"{file}:f", timeout_s=timeout_s), lambda text: None
    ) as child:
        return child.explain(BRIEF)


def refused(file: Path, body: str, timeout_s: float = 60.0) -> str:
    with pytest.raises(ProfilerSuiteError) as caught:
        explained(file, body, timeout_s)
    return str(caught.value)


RETURNING = [
    ("def f():\n    fork()\n    return np.ones(9).sum()", 1),
    ("def f():\n    if fork() == 0:\n        raise ValueError\n", 1),
    ("class F:\n    def __call__(self):\n        fork()\nf = F()", 1),
    ("import functools\nf = functools.partial(fork)", 1),
    ("fork()\ndef f():\n    pass", 1),
    ("def f():\n    global calls\n    calls += 1\n    if calls == 7:\n        fork()\n", 1),
    ("def f():\n    global calls\n    calls += 1\n    if calls > 9:\n        fork()\n", 4),
]


@pytest.mark.parametrize(("body", "forks"), RETURNING)
def test_a_forked_child_that_comes_back_ends_at_once(
    tmp_path: Path, body: str, forks: int
) -> None:
    said = refused(tmp_path / "own.py", dedent(LEAST) + body)
    assert "a child process that it forked came back from it" in said
    # One that comes back within a sample is seen by the next fork at the latest.
    assert 1 <= (tmp_path / "own.forks").stat().st_size <= forks


# It forks again when the first child has long come back: now the function is stopped at once.
LATE = """
    import os, time

    def fork_twice():
        if fork() and LOG.stat().st_size == 1:
            time.sleep(0.5)
            fork()

"""


@pytest.mark.parametrize(
    "body",
    [
        "fork_twice()\ndef f():\n    pass",
        "fork_twice()\nraise ValueError",
        "def setup():\n    fork_twice()\n    return ()\ndef f():\n    pass",
        "def f():\n    fork_twice()",
        "def f():\n    fork_twice()\n    raise ValueError",
        "def f():\n    global calls\n    calls += 1\n    if calls > 9:\n        fork_twice()",
    ],
)
def test_what_is_stopped_for_its_forks_is_told_so(tmp_path: Path, body: str) -> None:
    file = tmp_path / "own.py"
    file.write_text(dedent(LEAST) + dedent(LATE) + body)
    setup = "setup" if "def setup" in body else ""
    ask = LoadRequest(f"{file}:f", setup=setup, timeout_s=60.0)
    with (
        pytest.raises(FunctionError, match="a child process that it forked came back from it"),
        ExplainChild(ask, lambda text: None) as child,
    ):
        child.explain(BRIEF)
    assert (tmp_path / "own.forks").stat().st_size <= 2


@pytest.mark.slow
def test_it_needs_but_few_processes(tmp_path: Path) -> None:
    """The whole command under a limit of processes that a fork bomb would run into."""
    fill_cache(tmp_path)
    (tmp_path / "own.py").write_text(dedent(LEAST) + "def f():\n    fork()\n")
    command = [sys.executable, "-m", "profiler_suite", "explain", f"{tmp_path}/own.py:f", "-q"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -u 200; exec "$@"', "sh", *command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PROFILER_SUITE_CACHE": str(tmp_path)},
        timeout=100,
    )
    assert done.returncode == 3, done.stderr
    assert "came back" in done.stderr
    assert (tmp_path / "own.forks").stat().st_size == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    if fork() == 0:\n        os._exit(0)\n    os.wait()\n",
        "import subprocess\ndef f():\n    subprocess.run(['true'])\n",
        "def f():\n    os.system('true')\n",
    ],
)
def test_processes_of_its_own_are_named(tmp_path: Path, body: str) -> None:
    body = body.replace("fork()", "os.fork()")
    found = explained(tmp_path / "own.py", dedent(LEAST) + body)
    assert any("starts processes of its own" in note for note in found.notes)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "import itertools, time\ncalls = itertools.count()\n"
            "def f():\n    if next(calls) > 30:\n        time.sleep(1e6)\n",
            "line 5, in f: no answer after 1 s",
        ),
        (
            "import itertools, queue\ncalls = itertools.count()\nlines = queue.Queue()\n"
            "def f():\n    if next(calls) > 200:\n        lines.get()\n",
            "no answer after 1 s",
        ),
        ("import time\ndef f():\n    time.sleep(1e6)\n", "line 3, in f: no answer after 1 s"),
        ("import time\ntime.sleep(1e6)\n", "line 2, in <module>: no answer after 1 s"),
    ],
)
def test_any_call_that_hangs_is_stopped_with_its_line(
    tmp_path: Path, body: str, said: str
) -> None:
    assert said in refused(tmp_path / "own.py", body, timeout_s=1.0)


@pytest.mark.long
def test_the_pass_of_a_call_that_hangs_is_named(tmp_path: Path) -> None:
    body = (
        "import sys, time\n"
        "def f():\n    if sys.getprofile() or sys.gettrace():\n        time.sleep(1e6)\n"
        "def g():\n    return 1\n"
    )
    said = refused(tmp_path / "own.py", body, timeout_s=1.0)
    assert "no answer after" in said
    assert "(while profiling lines)" in said


@pytest.mark.parametrize(
    "waits", ["    time.sleep(0.6)\n", "    time.sleep(0.3)\n    yield 1\n"]
)
def test_a_budget_of_few_calls_is_kept(tmp_path: Path, waits: str) -> None:
    """Also by a function that only waits, and by one that returns what is yet to be done."""
    file = tmp_path / "own.py"
    calls = tmp_path / "calls"
    body = f"import time\ndef f():\n    open({str(calls)!r}, 'a').write('x')\n" + waits * 2
    file.write_text(body)
    effort = with_budget(BRIEF, 4.5)
    with ExplainChild(LoadRequest(f"{file}:f"), lambda text: None) as child:
        found = child.explain(effort)
    assert any("its first call, which is slower" in note for note in found.notes)
    assert len(found.visits) == 1
    assert found.visits[0].sample_times_s == (found.cold_s,)
    # A generator's first call makes it, its second one runs it.
    assert calls.stat().st_size <= 4


def test_a_large_result_is_compared_for_as_long_as_it_takes(tmp_path: Path) -> None:
    body = """
        import time

        class Slow:
            def __eq__(self, other):
                time.sleep(1.5)
                return True
            __hash__ = None
            __slots__ = ()

        def f():
            return Slow()
    """
    found = explained(tmp_path / "own.py", body, timeout_s=1.0)
    assert found.repeatable


def test_files_that_are_left_open_are_named(tmp_path: Path) -> None:
    body = (
        "import os\nleft = []\n"
        "def f():\n    left.extend(open(os.devnull) for _ in range(999))\n"
    )
    said = refused(tmp_path / "own.py", body)
    assert "Too many open files" in said
    assert "it leaves files open until the system allows no more" in said


# It never says that no file was left: whatever is opened after it fails, in whichever pass.
FILLING = """
    import os, resource
    left = []
    calls = 0

    def fill():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
        try:
            while True:
                left.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            pass

"""


@pytest.mark.parametrize(
    "body",
    [
        "def f():\n    fill()\n",
        "def f():\n    global calls\n    calls += 1\n    if calls == 2:\n        fill()\n",
        "def f():\n    global calls\n    calls += 1\n    if calls > 90:\n        fill()\n",
        "fill()\ndef f():\n    return 1\n",
    ],
)
def test_no_file_left_for_the_suite_is_said_of_the_function(tmp_path: Path, body: str) -> None:
    said = refused(tmp_path / "own.py", dedent(FILLING) + body)
    assert "Too many open files" in said
    assert "it leaves files open until the system allows no more" in said


def test_more_than_a_thousand_open_files_are_no_obstacle(tmp_path: Path) -> None:
    body = (
        "import os\nleft = []\ndef f():\n"
        "    while len(left) < 1500:\n        left.append(open(os.devnull))\n"
    )
    found = explained(tmp_path / "own.py", body)
    assert "it leaves files open" in found.notes
    assert not any("no line profile" in note for note in found.notes)


def test_an_alarm_is_cancelled_and_named(tmp_path: Path) -> None:
    found = explained(tmp_path / "own.py", "import signal\ndef f():\n    signal.alarm(1)\n")
    assert any("leaves an alarm running" in note for note in found.notes)


def test_an_alarm_that_rings_inside_is_named(tmp_path: Path) -> None:
    body = "import signal, time\ndef f():\n    signal.alarm(1)\n    time.sleep(30)\n"
    assert "an alarm that it has set itself rang" in refused(tmp_path / "own.py", body)


def test_what_a_function_changes_is_put_back_between_passes(tmp_path: Path) -> None:
    body = """
        import os, sys
        import numpy as np

        def f():
            os.chdir("/")
            os.environ["ITS_OWN"] = "1"
            np.seterr(all="raise")
            np.dot = None
            return 1
    """
    notes = " ".join(explained(tmp_path / "own.py", body).notes)
    for said in ("working directory", "environment", "(np.seterr)", "parts of numpy"):
        assert f"{said}; put back after each pass" in notes


@pytest.mark.slow
def test_a_rewrite_that_hangs_is_not_advised_and_costs_its_time_alone(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("import time\ndef f():\n    return 1\n")
    ask = LoadRequest(f"{file}:f", timeout_s=1.0)
    source = "def f():\n    time.sleep(1e6)\n"
    rewrite = Rewrite(function="f", source=source, lines=((3, "return 1", "time.sleep(1e6)"),))
    with ExplainChild(ask, lambda text: None) as child:
        child.explain(BRIEF)
        tried = child.attempt(Trial(kind=TrialKind.REWRITE, rewrites=(rewrite,)))
        assert not tried.same
        assert "did not end within" in tried.reason
        assert child.attempt(Trial(kind=TrialKind.REWRITE, rewrites=())).trial.kind == "rewrite"


def test_the_time_left_is_told_with_the_stage() -> None:
    from profiler_suite.measure.explain.pipe import _with_time_left
    from profiler_suite.measure.explain.records import Stage

    assert _with_time_left(Stage(text="timing")) == "timing"
    assert _with_time_left(Stage(text="timing", left_s=90.0)) == "timing, about 1 min 30 s left"


def test_a_function_error_is_what_it_raises(tmp_path: Path) -> None:
    body = "calls = 0\ndef f():\n    global calls\n    calls += 1\n    1 / (calls < 9)\n"
    file = tmp_path / "own.py"
    file.write_text(body)
    with (
        ExplainChild(LoadRequest(f"{file}:f", timeout_s=9.0), lambda text: None) as child,
        pytest.raises(FunctionError, match=r"ZeroDivisionError(.|\n)*\(while timing\)"),
    ):
        child.explain(BRIEF)


def test_a_defect_of_the_suite_is_one_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from profiler_suite.measure.explain import passes\n"
        "passes.in_words = None\n"
        "def f():\n    return 1\n"
    )
    with (
        ExplainChild(LoadRequest(f"{file}:f"), lambda text: None) as child,
        pytest.raises(RuntimeError, match="'NoneType' object is not callable"),
    ):
        child.explain(BRIEF)
