"""Programs with a planted cause: it is among the first three rows, in the right words."""

import importlib.util
import re

import pytest

from profiler_suite.analysis.program.causes import cause
from profiler_suite.measure.program import sampler
from tests.benchmarks.planted_programs import FOLDER, PLANTED, place_of, watched

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(sampler.why_not()), reason=sampler.why_not()),
]


def test_every_program_has_a_planted_cause() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == set(PLANTED)
    assert len(PLANTED) == 12


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_cause_is_in_the_first_three_rows(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = PLANTED[name]
    if planted.needs and importlib.util.find_spec("sklearn") is None:
        pytest.skip(f"python -m pip install {planted.needs}")
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    ranking = watched(name)
    assert ranking.run.end.exit_code == 0
    assert ranking.attributed_share >= 0.9
    place = place_of(ranking, planted.function)
    assert 1 <= place <= 3
    row = ranking.functions[place - 1]
    assert re.search(planted.said, cause(row.spent, row.called))
