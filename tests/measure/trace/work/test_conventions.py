"""Each operation has one convention, and a reason for it."""

from collections import Counter

import pytest

from profiler_suite.measure.trace.work import conventions


def test_no_operation_has_two_conventions() -> None:
    names = Counter(name for each in conventions.ELEMENTWISE for name in each.operations)
    assert max(names.values()) == 1


def test_each_has_a_reason_and_counts_complex_numbers_at_least_as_high() -> None:
    for each in conventions.ELEMENTWISE:
        assert each.reason
        assert 0 <= each.real <= each.complex
    assert all(rule.reason for rule in conventions.RULES)


@pytest.mark.parametrize(
    ("operation", "is_complex", "flop"),
    [
        ("add", False, 1),
        ("add", True, 2),
        ("exp", False, 8),
        ("absolute", True, 4),
        ("no_such", False, None),
    ],
)
def test_flop_per_element(operation: str, is_complex: bool, flop: float | None) -> None:
    assert conventions.elementwise_flop(operation, is_complex) == flop
