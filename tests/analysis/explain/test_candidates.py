"""Every finding once, the costliest first, whatever single rules do."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from profiler_suite.analysis.explain import candidates as module
from profiler_suite.analysis.explain.candidates import candidates
from profiler_suite.analysis.explain.rules.observed import Finding
from profiler_suite.errors import ProfilerSuiteError
from profiler_suite.measure.explain.records import Trial
from profiler_suite.model.trial import TrialKind
from tests.analysis.explain.rules.own_function import Own

ROWS = np.random.default_rng(5).random((400, 3))


def finding(target: str, share: float, kind: TrialKind = TrialKind.REWRITE) -> Finding:
    return Finding(
        title=target, evidence="", trial=Trial(kind=kind, target=target), share=share
    )


def found(
    monkeypatch: pytest.MonkeyPatch,
    families: Mapping[str, str] = MappingProxyType({}),
    **rules: Callable[[Any], Any],
) -> list[Finding]:
    catalogue = [
        SimpleNamespace(name=name, family=families.get(name, "dtype"), find=find)
        for name, find in rules.items()
    ]
    monkeypatch.setattr(module, "catalogue", lambda: catalogue)
    seen: Any = None
    return candidates(seen)


def test_the_costliest_come_first_and_batches_last(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = finding("batch", 0.9, TrialKind.BATCH)
    made = found(
        monkeypatch,
        first=lambda _: [finding("a", 0.1), batch],
        second=lambda _: iter([finding("b", 0.5)]),
    )
    assert [each.title for each in made] == ["b", "a", "batch"]
    assert [each.rule for each in made] == ["second", "first", "first"]
    assert {each.family for each in made} == {"dtype"}


def test_all_places_of_a_rule_are_tried_together_before_each_alone() -> None:
    own = Own("def f(x):\n    return np.max(x, axis=1).sum() + np.min(x, axis=1).sum()\n", ROWS)
    every = [each for each in candidates(own.observed) if each.rule == "short_axis"]
    first, *alone = [each.trial.rewrites[0].source for each in every]
    both = "over_last_axis(np.maximum, x).sum() + over_last_axis(np.minimum, x).sum()"
    assert both in first
    assert len(alone) == 2
    assert not any(both in each for each in alone)
    assert own.agreement(every[0]).same
    assert every[0].title.startswith("line 3: reduce the short axis place by place")


def test_what_gives_another_answer_comes_after_the_rewrites(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = Finding(
        title="other",
        evidence="",
        trial=Trial(kind=TrialKind.REWRITE, answer="other"),
        share=1.0,
    )
    made = found(monkeypatch, hints=lambda _: [other], rule=lambda _: [finding("small", 0.1)])
    assert [each.title for each in made] == ["small", "other"]


def test_of_lines_that_take_as_much_fewer_steps_come_first_and_whole_loops_before_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = found(
        monkeypatch,
        {"calls": "models", "loop": "loops", "steps": "faster_algorithms"},
        dtypes=lambda _: [finding("dtypes", 1.0)],
        calls=lambda _: [finding("calls", 0.99)],
        loop=lambda _: [finding("loop", 0.96)],
        steps=lambda _: [finding("steps", 0.97)],
    )
    assert [each.title for each in made] == ["steps", "loop", "calls", "dtypes"]


def test_the_same_trial_of_two_rules_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = found(
        monkeypatch,
        first=lambda _: [finding("a", 0.1), finding("a", 0.4)],
        second=lambda _: [finding("a", 0.9)],
    )
    assert [(each.rule, each.share) for each in made] == [("first", 0.1)]


def test_rules_that_find_nothing_are_no_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, first=lambda _: [], second=lambda _: None) == []
    assert found(monkeypatch) == []


def test_a_rule_that_fails_says_so_and_the_others_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_: Any) -> Iterable[Finding]:
        yield finding("half", 1.0)
        raise IndexError("list index out of range")

    def refuses(_: Any) -> Iterable[Finding]:
        raise ProfilerSuiteError("plugin.py, line 3: mine")

    # A rule of the suite itself: others' failures name their file.
    monkeypatch.setattr("profiler_suite.registry._is_ours", lambda _: True)
    made = found(monkeypatch, broken=fails, other=lambda _: [finding("a", 0.5)])
    failed, other = sorted(made, key=lambda each: each.trial.kind)
    assert failed.trial.kind is TrialKind.FAILED
    assert failed.evidence == "the rule failed: IndexError: list index out of range"
    assert other.title == "a"
    with pytest.raises(ProfilerSuiteError, match="line 3: mine"):
        found(monkeypatch, refuses=refuses)
