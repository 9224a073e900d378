"""Limits on a test's overhead and page faults are held, by counts and ratios alone."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from profiler_suite import notebook
from profiler_suite.analysis.explain import explanation
from profiler_suite.analysis.explain.explanation import Explanation
from profiler_suite.measure import timing
from profiler_suite.pytest_plugin import explained_tests
from tests.stored_explanation import stored_explanation

ITEM: Any = SimpleNamespace(
    obj=lambda: None,
    nodeid="test_x.py::test_it",
    funcargs={},
    _fixtureinfo=SimpleNamespace(argnames=()),
)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What explaining the test's call finds: so many page faults, such an overhead."""

    def set_to(faults: float, overhead: float) -> None:
        stored = stored_explanation(advised=False)
        counted = msgspec.structs.replace(
            stored.explained.breakdown_record, minor_faults=faults
        )
        record = msgspec.structs.replace(stored.explained, breakdown_record=counted)
        found = Explanation(record, stored.machine, None, stored.baselines_s)
        monkeypatch.setattr(notebook, "explain", lambda *_, **__: found)
        monkeypatch.setattr(explanation, "overhead_share", lambda _: overhead)

    return set_to


LIMITS = {"overhead_share": 0.3, "page_faults": 100.0}


def test_a_test_within_its_limits_passes(seen: Any) -> None:
    seen(100, 0.3)
    explained_tests._hold(ITEM, LIMITS)


@pytest.mark.parametrize(
    ("faults", "overhead", "said"),
    [
        (101, 0.1, r"page_faults of a call is 101, at most 100 is allowed"),
        (1, 0.42, r"overhead_share of a call is 0\.42, at most 0\.3 is allowed"),
        (1, float("nan"), r"overhead_share could not be judged"),
    ],
)
def test_a_test_beyond_one_of_them_fails(
    seen: Any, faults: float, overhead: float, said: str
) -> None:
    seen(faults, overhead)
    with pytest.raises(pytest.fail.Exception, match=said):
        explained_tests._hold(ITEM, LIMITS)


def test_page_faults_that_the_system_does_not_count_are_not_within_a_limit(
    seen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(0, 0.1)
    monkeypatch.setattr(timing, "COUNTS_FAULTS", False)
    explained_tests._hold(ITEM, {"overhead_share": 0.3})
    with pytest.raises(pytest.fail.Exception, match="page_faults could not be judged"):
        explained_tests._hold(ITEM, LIMITS)
