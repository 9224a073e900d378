"""A marked test is prepared by pytest and then visited; what goes wrong is one sentence."""

import io
import json
from pathlib import Path

import pytest

from profiler_suite.measure.explain.records import (
    ExplainEffort,
    ExplainRequest,
    LoadRequest,
    Trial,
    TrialRequest,
)
from profiler_suite.measure.race import marked
from profiler_suite.model.noun import to_json
from profiler_suite.model.trial import TrialKind

TEST = """
import numpy as np
import pytest

@pytest.fixture
def x():
    return np.ones(100)

def test_sum(x):
    assert x.sum() == 100

def test_broken(no_such_fixture):
    pass
"""


def talk(folder: Path, test: str) -> list[dict[str, object]]:
    """What a process that serves the test answers to a load, a begin and a visit."""
    (folder / "test_marked_one.py").write_text(TEST)
    effort = ExplainEffort(baselines_s={}, last_cache_bytes=0.0, memory_bytes=0.0)
    asked = (
        LoadRequest(target=test, alone=True),
        ExplainRequest(effort=effort, passes=False),
        TrialRequest(trial=Trial(kind=TrialKind.ALONE)),
    )
    requests = io.BytesIO(b"".join(to_json(each) + b"\n" for each in asked))
    output = io.BytesIO()
    marked.run(f"{folder / 'test_marked_one.py'}::{test}", requests, output)
    return [json.loads(line) for line in output.getvalue().splitlines()]


@pytest.mark.slow
@pytest.mark.measures
def test_a_test_with_its_fixtures_is_visited(tmp_path: Path) -> None:
    answers = talk(tmp_path, "test_sum")
    loaded = next(each for each in answers if each["type"] == "loaded")
    assert str(loaded["file"]).endswith("test_marked_one.py")
    assert loaded["line"] == 9
    (tried,) = [each for each in answers if each["type"] == "tried"]
    assert tried["before"]


@pytest.mark.slow
def test_a_test_that_cannot_be_prepared_is_a_mistake_of_whoever_named_it(
    tmp_path: Path,
) -> None:
    (answer,) = talk(tmp_path, "test_broken")
    assert answer["usage"] is True
    assert "cannot be run here" in str(answer["reason"])
