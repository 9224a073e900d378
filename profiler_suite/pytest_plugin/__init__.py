"""What pytest loads: options, three markers and a fixture; nothing more without an option.

``pytest --explain`` ranks the tests by their time and explains the slowest calls; a test takes
the fixture ``explain`` to explain a call of its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from profiler_suite.notebook import NotebookView

_MARKERS = (
    "overhead_share(max): with --explain, fail when more than this share of the test's call is "
    "neither copying nor arithmetic",
    "page_faults(max): with --explain, fail when a call of the test has more page faults",
    "race: race this test between two revisions (python -m profiler_suite race --base REV "
    "--tests PATH)",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--explain` and how many of the slowest tests it explains."""
    group = parser.getgroup("profiler_suite", "where the time of NumPy code goes")
    group.addoption(
        "--explain",
        action="store_true",
        help="Rank the tests by time, explain the slowest calls, hold tests to their markers.",
    )
    group.addoption(
        "--explain-top",
        type=int,
        default=3,
        metavar="N",
        help="How many of the slowest tests are explained (default 3).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Names the markers; where it is asked for, what explains tests is loaded."""
    for line in _MARKERS:
        config.addinivalue_line("markers", line)
    if not config.getoption("--explain"):
        return
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError(
            "--explain times the tests of one process; leave -n out, or give -n 0"
        )
    from profiler_suite.pytest_plugin.explained_tests import ExplainedTests

    config.pluginmanager.register(ExplainedTests(config.getoption("--explain-top")))


@pytest.fixture
def explain() -> "Callable[..., NotebookView]":
    """Explains a call: ``explain(function, *args)`` as ``profiler_suite.explain``."""

    def explained(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "NotebookView":
        from profiler_suite.notebook import explain

        return explain(function, *args, **kwargs)

    return explained
