"""What commands that explain share: efforts, and a first look for who is not quiet."""

import io
from pathlib import Path

import pytest

from profiler_suite.cli.explaining import effort_for, first_look, import_analysis, import_page
from profiler_suite.cli.progress import ProgressLine
from profiler_suite.machine.kept import CACHE_VARIABLE
from profiler_suite.measure.explain.records import ExplainEffort
from tests.fake_machine import MACHINE
from tests.stored_explanation import stored_explanation


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))


def test_hurried_has_what_a_breakdown_and_advice_need() -> None:
    usual, hurried = effort_for(MACHINE), effort_for(MACHINE, hurried=True)
    for name in ("most_looks", "lines_s", "layers_s", "threads_s", "memory_s"):
        assert not getattr(hurried, name)
        assert getattr(usual, name)
    for name in ("timing_s", "trace_s", "replay_s", "sample_s", "trial_s"):
        assert getattr(hurried, name)
    assert usual.last_cache_bytes == MACHINE.facts.last_cache_bytes


@pytest.mark.parametrize("quiet", [True, False])
def test_a_first_look_is_a_line_that_stays(quiet: bool) -> None:
    stored = stored_explanation()
    stream = io.StringIO()
    effort = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    show = first_look(stored.machine, effort, ProgressLine(stream, quiet=quiet))
    assert (show is None) is quiet
    if show is not None:
        show(stored.explained)
        assert stream.getvalue().startswith("first look at ")
        assert stream.getvalue().count("\n") == 1


def test_what_is_imported_while_others_load_can_be() -> None:
    import_analysis()
    import_page()
