"""Fixtures that several test modules share."""

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.report_fixtures import Written


def pytest_configure() -> None:
    """Commands under test are sent signals that a script's & or nohup has ignored for us."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            default = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, default)


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> "Written":
    """A report with every kind of ending and hostile names."""
    # Imported here: most tests need neither matplotlib nor pandas.
    from tests.report_fixtures import write

    return write(tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="session")
def large_report(tmp_path_factory: pytest.TempPathFactory) -> "Written":
    """A report of some ten thousand points."""
    from tests.report_fixtures import write

    return write(tmp_path_factory.mktemp("large") / "run", copies=32)
