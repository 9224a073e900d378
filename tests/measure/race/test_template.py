"""Processes that are forked for each function: they serve it, and end as others do."""

import sys
from pathlib import Path

import pytest

from profiler_suite.errors import FunctionError, UsageError
from profiler_suite.measure.explain.child import ExplainChild
from profiler_suite.measure.explain.records import ExplainEffort, LoadRequest, Trial
from profiler_suite.measure.explain.serving_process import ServingProcess
from profiler_suite.measure.race.lockstep import GuardedFunction, Revision
from profiler_suite.measure.race.template import GOING, waited
from profiler_suite.measure.race.templates import ForkedProcess, Template, Templates
from profiler_suite.model.trial import TrialKind

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks are Linux's alone")

MODULE = """
import os, signal

def doubled(x):
    return 2 * x

def dies(x):
    os.kill(os.getpid(), signal.SIGSEGV)

def arguments():
    return (21.0,)
"""
FUNCTION = GuardedFunction(name="f", target="made:doubled")
EFFORT = ExplainEffort(baselines_s={}, last_cache_bytes=1e7, memory_bytes=0.0, trial_s=0.02)


def load(target: str) -> LoadRequest:
    return LoadRequest(
        target=target, setup="made:arguments", size=0, timeout_s=20.0, alone=True
    )


def visited(process: ServingProcess) -> int:
    """The number of the process, after it was visited once and ended."""
    assert isinstance(process, ForkedProcess)
    with ExplainChild(load("made:doubled"), lambda text: None, lambda: process) as child:
        assert child.loaded.file.endswith("made.py")
        child.begin(EFFORT)
        (visit,) = child.ask(Trial(kind=TrialKind.ALONE), 20.0).before
        assert visit.time_s > 0
    assert not Path(f"/proc/{process.pid}").exists()
    return process.pid


@pytest.mark.slow
def test_each_function_has_a_fork_of_its_own_that_is_visited_and_ended(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(MODULE)
    with Templates() as templates:
        start = templates.starting(0)
        revision = Revision(name="base", folder=str(tmp_path))
        pids = []
        for _ in range(2):
            pids.append(visited(start(revision, FUNCTION)))
        assert len(set(pids)) == 2
        with ExplainChild(
            load("made:dies"), lambda text: None, lambda: start(revision, FUNCTION)
        ) as c:
            c.begin(EFFORT)
            with pytest.raises(FunctionError, match="killed by SIGSEGV"):
                c.ask(Trial(kind=TrialKind.ALONE), 20.0)
        with (
            pytest.raises(UsageError, match="unknown function"),
            ExplainChild(load("made:gone"), lambda t: None, lambda: start(revision, FUNCTION)),
        ):
            pass


def test_a_process_that_was_waited_for_has_ended() -> None:
    assert waited(2**22 - 1, 0.0) == "0"
    assert GOING == "going"


class FakeTemplate:
    """Counts its forks."""

    made = 0

    def __init__(self, revision: Revision) -> None:
        FakeTemplate.made += 1
        self.closed = False

    def fork(self) -> str:
        return "forked"

    def close(self) -> None:
        FakeTemplate.made -= 1


def test_a_template_is_made_once_for_each_side_and_pair_and_ended() -> None:
    make: type[Template] = FakeTemplate  # type: ignore[assignment]
    sides = [Revision(name=name, folder=f"/{name}") for name in ("base", "work")]
    with Templates(make, lambda revision, function: "started") as templates:  # type: ignore[arg-type,return-value]
        for _ in range(3):
            for number in (0, 1):
                for side in sides:
                    found: object = templates.starting(number)(side, FUNCTION)
                    assert found == "forked"
        assert FakeTemplate.made == 4
        marked = GuardedFunction(name="t", target="test_f.py::test_f", marked=True)
        late: object = templates.starting(9)(sides[0], FUNCTION)
        own: object = templates.starting(0)(sides[0], marked)
        assert late == own == "started"
    assert FakeTemplate.made == 0
