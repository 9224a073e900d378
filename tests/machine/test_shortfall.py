"""How far a ceiling may lie below compiled code is said where it is known."""

import pytest

from profiler_suite.machine.shortfall import in_words, shortfall
from tests.fake_machine import ceiling


@pytest.mark.parametrize(
    ("quantity", "fields", "found"),
    [
        ("peak", {"dtype": "float64"}, 0.19),
        ("peak", {"dtype": "float32"}, 0.16),
        ("peak", {"dtype": "float64", "threads": 2}, 0.34),
        ("bandwidth", {"level": "L3", "access": "read"}, 0.19),
        ("bandwidth", {"level": "memory", "access": "read"}, 0.07),
        ("page_fault", {}, 0.0),
    ],
)
def test_what_was_measured_against_c_is_said(
    quantity: str, fields: dict[str, object], found: float
) -> None:
    assert shortfall(ceiling(quantity, 1e9, **fields)) == found


def test_in_words_it_is_a_limit_or_nothing() -> None:
    assert in_words(ceiling("peak", 1e9, dtype="float64")) == "up to 19 %"
    assert in_words(ceiling("page_fault", 1e-6)) == ""
    assert in_words(ceiling("peak", 0.0, dtype="float64")) == ""
