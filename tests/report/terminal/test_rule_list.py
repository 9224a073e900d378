"""The catalogue of slow paths on the terminal."""

from profiler_suite.analysis.explain.rules.registry import catalogue
from profiler_suite.report.terminal import rule_list


def test_each_rule_stands_once_below_its_family() -> None:
    every = list(catalogue())
    text = rule_list.screen(every, 80, False)
    for each in every:
        assert text.count(f"  {each.name}: ") == 1
    for family in {each.family for each in every}:
        own = sum(each.family == family for each in every)
        assert f"{family.replace('_', ' ')} ({own})" in text.splitlines()
    assert text.endswith(f"{len(every)} rules; explain FILE:FUNCTION tries those that apply")


def test_of_no_rules_there_are_none() -> None:
    assert rule_list.screen([], 80, False).startswith("0 rules;")
