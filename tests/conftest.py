"""Fixtures that several test modules share, and how tests are spread over processes."""

import asyncio
import copy
import copyreg
import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import MethodType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.short_sweeps import fill_cache

if TYPE_CHECKING:
    from tests.report_fixtures import Written


def pytest_configure() -> None:
    """Commands under test are sent signals that a script's & or nohup has ignored for us."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            default = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, default)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """As many processes as cores for all tests of one length; none for some files.

    To start them takes longer than a few tests do. Those that measure share one process.
    """
    some = any("::" in each or each.endswith(".py") for each in config.args)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    if some or cores < 2 or config.option.markexpr not in _WHOLE_SETS:
        config.option.dist = "no"
        return 0
    return min(cores, _MOST_PROCESSES)


_WHOLE_SETS = ("not slow and not long", "slow", "long")
_MOST_PROCESSES = 4
# Each is made once in a process: tests that share one stay in one process.
_SHARED = ("browser", "report", "large_report")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file stay in one process, those that measure really all in the same.

    A name with an address in it is another one in every process: none would be run.
    """
    for item in items:
        if re.search(r" at 0x[0-9a-f]", item.nodeid):
            raise pytest.UsageError(f"{item.nodeid}: give the parameters ids of their own")
        names: tuple[str, ...] = getattr(item, "fixturenames", ())
        if item.get_closest_marker("measures"):
            group = "measures"
        elif any(name in names for name in _SHARED):
            group = "report"
        else:
            group = item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


_STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@pytest.fixture(autouse=True)
def copies_are_made_as_before() -> Iterator[None]:
    """A test that leaves its own way to copy or pickle a class makes others fail, too."""
    tables: list[dict[Any, Any]] = [
        copyreg.dispatch_table,
        copy._deepcopy_dispatch,  # type: ignore[attr-defined]
    ]
    ours = (np.ndarray, MethodType, type(threading.Lock()))
    before = [[table.get(each) for each in ours] for table in tables]
    yield
    assert [[table.get(each) for each in ours] for table in tables] == before


@pytest.fixture(autouse=True)
def signals_are_left_as_they_were() -> Iterator[None]:
    """A test that leaves signals ignored makes others fail that know nothing of it."""
    before = {number: signal.getsignal(number) for number in _STOPPING}
    yield
    after = {number: signal.getsignal(number) for number in _STOPPING}
    for number, handler in before.items():
        signal.signal(number, handler)
    assert after == before


@pytest.fixture(autouse=True)
def no_event_loop_is_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves one running makes others fail, whose `asyncio.run` raises."""
    before = asyncio._get_running_loop()
    yield
    assert asyncio._get_running_loop() is before or "browser" in request.fixturenames


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder of the session's own, in which this machine is known: no survey needed."""
    folder = tmp_path_factory.mktemp("cache")
    fill_cache(folder)
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_cache_of_the_user(cache: Path) -> Iterator[None]:
    """What tests measure is neither kept among the user's files nor taken from there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROFILER_SUITE_CACHE", str(cache))
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a screen: a process can drive only one at a time.

    One for each module: as long as it is driven an event loop runs in this thread, and
    `asyncio.run` raises in every other test that comes to this process.
    """
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install -e '.[test]'"
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-quic"]
        )
        yield started
        started.close()


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
