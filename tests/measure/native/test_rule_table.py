"""The table of rules: every rule can be reached and says why."""

import re

import pytest

from profiler_suite.measure.native.rule_table import RULES, SymbolRule
from profiler_suite.measure.native.rules import ENTRIES, classify


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.entry} {rule.symbol[:20]}")
def test_a_rule_is_a_known_kind_of_work_with_patterns_and_a_reason(rule: SymbolRule) -> None:
    assert rule.entry in ENTRIES
    re.compile(rule.library)
    re.compile(rule.symbol)
    assert len(rule.reason.split()) >= 3
    assert "\n" not in rule.reason


def test_no_rule_stands_twice() -> None:
    pairs = [(each.library, each.symbol) for each in RULES]
    assert len(set(pairs)) == len(pairs)


def test_a_rule_for_all_symbols_of_a_library_comes_after_those_for_some() -> None:
    whole: set[str] = set()
    for rule in RULES:
        assert rule.library not in whole, rule
        if not rule.symbol:
            whole.add(rule.library)


@pytest.mark.parametrize(
    ("library", "symbol", "entry"),
    [
        ("[kernel]", "clear_page_erms", "memory"),
        ("[kernel]", "default_idle", "kernel"),
        ("[kernel]", "futex_wait", "waiting"),
        ("/usr/lib/libgomp.so.1", "gomp_team_barrier_wait", "waiting"),
        ("/usr/lib/libc.so.6", "malloc", "memory"),
        ("/usr/bin/python3.12", "_PyEval_EvalFrameDefault", "interpreter"),
    ],
)
def test_the_first_rule_that_fits_decides(library: str, symbol: str, entry: str) -> None:
    assert classify(library, symbol) == entry
