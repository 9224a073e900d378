"""Each way has a process of its own: what ends that ends nothing else."""

from pathlib import Path
from textwrap import dedent

import pytest

from profiler_suite.measure.explain.child import UNREPEATABLE, ExplainChild
from profiler_suite.measure.explain.records import LoadRequest
from profiler_suite.measure.explain.ways.records import WayRecord
from profiler_suite.model.way import Way, WayKind
from tests.measure.explain.test_hostile import BRIEF

FLOAT32 = Way(kind=WayKind.FLOAT32)


def tried(folder: Path, body: str, *ways: Way) -> list[WayRecord]:
    file = folder / "odd.py"
    file.write_text(dedent(body))
    ask = LoadRequest(f"{file}:f", setup="setup", timeout_s=60.0)
    with ExplainChild(ask, lambda text: None) as child:
        child.explain(BRIEF)
        return [child.try_way(way) for way in ways]


@pytest.mark.slow
def test_a_way_that_ends_its_process_is_a_reason_and_the_next_one_is_measured(
    tmp_path: Path,
) -> None:
    body = """
        import os
        import numpy as np

        def setup():
            return (np.ones(500),)

        def f(x):
            if x.dtype == np.float32:
                os._exit(3)
            return np.sqrt(x)
    """
    threads = Way(kind=WayKind.THREADS, threads=2)
    ended, measured = tried(tmp_path, body, FLOAT32, threads)
    assert "exited with code 3" in ended.reason
    assert ended.visits.before == ()
    assert measured.reason == ""
    assert measured.visits.before


@pytest.mark.slow
def test_what_differs_from_call_to_call_is_not_tried(tmp_path: Path) -> None:
    body = """
        import numpy as np

        def setup():
            return (np.ones(500),)

        def f(x):
            return x + np.random.default_rng().random(len(x))
    """
    (found,) = tried(tmp_path, body, FLOAT32)
    assert found.reason == UNREPEATABLE
