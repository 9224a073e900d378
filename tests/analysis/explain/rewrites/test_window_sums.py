"""Sums of windows: kept where one sees all that comes and goes, else left alone."""

import pytest

from profiler_suite.analysis.explain.rewrites import window_sums
from tests.analysis.explain.rules.own_function import Own

HEAD = "from collections import deque\n"
DEQUE = (
    HEAD
    + """
def f(values, width):
    window = deque(maxlen=width)
    found = []
    for value in values:
        window.append(value)
        found.append((sum(window) / len(window), max(window)))
    return found
"""
)
QUEUE = """
def f(values, width):
    window, found = [], 0
    window = []
    for value in values:
        window.append(value)
        if len(window) > width:
            window.pop(0)
        found += sum(window)
    return found
"""
VALUES = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]


@pytest.mark.parametrize("text", [DEQUE, QUEUE.replace("window, found = [], 0", "found = 0")])
def test_what_comes_is_added_and_what_goes_is_taken_away(text: str) -> None:
    own = Own(text, VALUES, 4)
    (found,) = own.findings("window_sum")
    assert own.agreement(found).same, own.agreement(found).reason
    assert "window_total" in found.trial.rewrites[0].source


@pytest.mark.parametrize(
    "text",
    [
        DEQUE.replace("window.append(value)", "window.append(value); window.rotate()"),
        DEQUE.replace("window.append(value)", "window.append(value); window[0] = 1"),
        DEQUE.replace("maxlen=width", ""),
        DEQUE.replace("deque(maxlen=width)", "values.copy()"),
        DEQUE.replace("window.append(value)", "window = deque([value], maxlen=width)"),
        DEQUE.replace("window.append(value)", "keep = window.append\n        keep(value)"),
        QUEUE,
    ],
)
def test_a_window_that_changes_in_other_ways_is_left_alone(text: str) -> None:
    (function,) = Own(text, VALUES, 4).observed.functions
    assert not list(window_sums.kept_sums(function))
