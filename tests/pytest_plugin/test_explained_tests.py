"""What the plugin ranks, and the limits that markers state."""

from types import SimpleNamespace
from typing import Any

import pytest

from profiler_suite.pytest_plugin import explained_tests


class Reporter:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        self.lines.append(f"== {title}")

    def write_line(self, line: str, **_: Any) -> None:
        self.lines.append(line)


def test_tests_are_ranked_by_time_and_only_the_first_are_listed() -> None:
    found = explained_tests.ExplainedTests(most=1)
    found._times_s = {f"t{n}": n * 1e-3 for n in range(1, 13)}
    found._found = [("t12", "not explained: it draws lots")]
    reporter = Reporter()
    found.pytest_terminal_summary(reporter)
    assert reporter.lines[0] == "== where the time of the tests goes"
    assert reporter.lines[1].split() == ["12.0", "ms", "t12"]
    assert reporter.lines[10].split()[-1] == "t3"
    assert reporter.lines[-2:] == ["t12", "  not explained: it draws lots"]


def test_without_tests_there_is_no_section() -> None:
    reporter = Reporter()
    explained_tests.ExplainedTests(most=1).pytest_terminal_summary(reporter)
    assert reporter.lines == []


def limits(**markers: Any) -> dict[str, float]:
    item: Any = SimpleNamespace(nodeid="test_x", get_closest_marker=markers.get)
    return explained_tests._limits(item)


def marker(*args: Any, **kwargs: Any) -> Any:
    return SimpleNamespace(args=args, kwargs=kwargs)


def test_markers_state_their_largest_value_in_two_spellings() -> None:
    assert limits() == {}
    assert limits(overhead_share=marker(0.5), page_faults=marker(max=3)) == {
        "overhead_share": 0.5,
        "page_faults": 3.0,
    }


@pytest.mark.parametrize("given", [marker(), marker(1, 2), marker(1, max=2), marker(least=1)])
def test_a_marker_without_one_number_is_a_usage_error(given: Any) -> None:
    with pytest.raises(
        pytest.UsageError, match=r"test_x: @pytest\.mark\.page_faults takes one"
    ):
        limits(page_faults=given)
